using System.Collections.Concurrent;
using System.Text.Json;
using E2B.Protocol.Rest;
using E2B.Recovery;
using E2B.Sandboxes;
using E2B.Transport;

namespace E2B.Templates.Building;

/// <summary>All that is done until a build runs: hashes, the request, uploads, the start.</summary>
internal sealed class BuildStart(E2BClient client, ControlPlane plane, TemplateOperations operations, Template definition, TemplateBuildOptions options)
{
    /// <summary>What the official clients ask for where nothing else is said.</summary>
    private const int DefaultCpuCount = 2;

    private const int DefaultMemoryMB = 1024;

    /// <summary>How many archives are made and sent at a time: each is a temporary file.</summary>
    private const int AtOnce = 4;

    /// <summary>How often a start whose answer got lost is looked after.</summary>
    private const int StartAttempts = 3;

    private readonly LocalFiles _files = new(definition);
    private readonly string _name = (options.Name ?? definition.Name ?? string.Empty).Trim();
    private readonly int _cpuCount = options.CpuCount ?? definition.CpuCount ?? DefaultCpuCount;
    private readonly int _memoryMB = options.MemoryMB ?? definition.MemoryMB ?? DefaultMemoryMB;

    public async Task<TemplateBuild> RunAsync(CancellationToken cancellationToken)
    {
        long start = client.Connection.Clock.GetTimestamp();
        var name = TemplateName.Parse(_name);

        // Before anything is asked for: a file that is not there must not leave a build that nobody starts.
        IReadOnlyDictionary<TemplateCopyStep, string> hashes = await HashAsync(cancellationToken).ConfigureAwait(false);
        NewBuildModel build = await RequestAsync(cancellationToken).ConfigureAwait(false);
        long uploaded = await UploadAsync(build.TemplateID, hashes, cancellationToken).ConfigureAwait(false);
        await StartAsync(build, hashes, cancellationToken).ConfigureAwait(false);

        string own = name.Identifier[(name.Identifier.LastIndexOf('/') + 1)..].ToLowerInvariant();
        return new TemplateBuild(
            new BuildFollowing(operations, client.Connection, own, build.TemplateID, build.BuildID, definition), options.Progress, client.Connection.Clock, start)
        {
            TemplateId = build.TemplateID,
            BuildId = build.BuildID,
            Name = own,
            Names = build.Names ?? [],
            Tags = (build.Tags ?? []).Order(StringComparer.Ordinal).ToArray(),
            UploadedBytes = uploaded,
            CpuCount = _cpuCount,
            MemoryMB = _memoryMB,
            Warnings = _files.Warnings.ToArray(),
        };
    }

    private async Task<IReadOnlyDictionary<TemplateCopyStep, string>> HashAsync(CancellationToken cancellationToken)
    {
        var hashes = new Dictionary<TemplateCopyStep, string>(ReferenceEqualityComparer.Instance);
        foreach (TemplateCopyStep step in definition.Steps.OfType<TemplateCopyStep>())
        {
            options.Progress?.Report(new(TemplateBuildPhase.Hashing, step.Number, definition.Steps.Count, step.ToString()));
            hashes[step] = await _files.HashAsync(step, cancellationToken).ConfigureAwait(false);
        }

        return hashes;
    }

    /// <summary>Asking twice is no harm: a build that is not started is replaced by the next one with its tags.</summary>
    private Task<NewBuildModel> RequestAsync(CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new NewBuildRequest(_name, options.Tags is { Count: > 0 } tags ? tags : null, _cpuCount, _memoryMB), RestJson.Default.NewBuildRequest);
        return plane.SendAsync(new RestCall(HttpMethod.Post, "/v3/templates", Action, Repeat.Safe, body), RestJson.Default.NewBuildModel, cancellationToken);
    }

    private async Task<long> UploadAsync(string templateId, IReadOnlyDictionary<TemplateCopyStep, string> hashes, CancellationToken cancellationToken)
    {
        var upload = new FileUpload(client, plane, templateId, definition, _files, options.Progress);
        var sent = new ConcurrentBag<long>();
        await Parallel.ForEachAsync(
            hashes.GroupBy(static one => one.Value, static one => one.Key),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (same, token) => sent.Add(await upload.RunAsync(same.First(), same.Key, same.Any(static step => step.ForceUpload), token).ConfigureAwait(false)))
            .ConfigureAwait(false);
        return sent.Sum();
    }

    /// <summary>A build can be started once. When the answer got lost, its state tells whether it was.</summary>
    private async Task StartAsync(NewBuildModel build, IReadOnlyDictionary<TemplateCopyStep, string> hashes, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            definition.ToRequest(step => hashes[step], options.SkipCache), RestJson.Default.TemplateBuildRequest);
        var call = new RestCall(
            HttpMethod.Post, $"/v2/templates/{Uri.EscapeDataString(build.TemplateID)}/builds/{Uri.EscapeDataString(build.BuildID)}", Action, Repeat.Refused, body);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await plane.SendAsync(call, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (E2BException e) when (attempt < StartAttempts && LostAnswer.Of(e) == LostAnswerKind.MayComeYet)
            {
                BuildStatusModel status = await SteadyAsking.RunAsync(
                    client.Connection, token => operations.ReadStatusAsync(build.TemplateID, build.BuildID, 0, limit: 1, token), cancellationToken).ConfigureAwait(false);
                if (TemplateModels.ToStatus(status.Status) != TemplateBuildStatus.Waiting)
                {
                    return;
                }
            }
            catch (E2BInvalidArgumentException e) when (attempt > 1 && e.Message.Contains("waiting state", StringComparison.Ordinal))
            {
                // The attempt before did arrive, after its state was looked at.
                return;
            }
        }
    }

    private string Action => $"build the template {_name}";
}
