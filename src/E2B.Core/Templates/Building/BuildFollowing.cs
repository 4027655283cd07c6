using System.Runtime.CompilerServices;
using E2B.Errors;
using E2B.Protocol.Rest;
using E2B.Recovery;

namespace E2B.Templates.Building;

/// <summary>Follows a build: its log, until it has ended. What passes by itself, a broken connection too, is waited for.</summary>
/// <param name="operations">What asks.</param>
/// <param name="connection">How the service is reached.</param>
/// <param name="name">The template's name, for messages.</param>
/// <param name="templateId">The template's id.</param>
/// <param name="buildId">The build's id.</param>
/// <param name="definition">What is built; <see langword="null"/> where only the service knows.</param>
internal sealed class BuildFollowing(
    TemplateOperations operations, E2BConnection connection, string name, string templateId, string buildId, Template? definition)
{
    /// <summary>How much of the log is kept for an error.</summary>
    private const int Kept = 100;

    /// <summary>How long a service that cannot be reached is asked again and again.</summary>
    private static readonly TimeSpan _recoveryLimit = TimeSpan.FromMinutes(5);

    /// <summary>The official clients ask as often.</summary>
    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(1);

    private readonly Func<string, string> _withoutSecrets = BuildSecrets.FilterOf(definition);
    private readonly Queue<TemplateBuildLogEntry> _last = new();

    /// <summary>Where the build is.</summary>
    public BuildSteps Steps { get; } = new(definition?.Steps.Count ?? 0);

    /// <summary>The log from its beginning, until the build has succeeded.</summary>
    /// <param name="progress">Is told of each step.</param>
    /// <param name="cancellationToken">Ends the following; the build goes on.</param>
    /// <exception cref="TemplateBuildException">It failed.</exception>
    public async IAsyncEnumerable<TemplateBuildLogEntry> RunAsync(
        IProgress<TemplateBuildProgress>? progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int offset = 0;
        BuildStatusModel? end = null;
        TimeSpan wait = _shortest;
        while (true)
        {
            BuildStatusModel page = await AskAsync(offset, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<BuildLogEntryModel> entries = page.LogEntries ?? [];
            offset += entries.Count;
            foreach (BuildLogEntryModel model in entries)
            {
                TemplateBuildLogEntry entry = Keep(model);
                if (Steps.Read(entry) is { } now)
                {
                    progress?.Report(now);
                }

                yield return entry;
            }

            // A page is 100 entries: the last of them may come after the end is known.
            end ??= HasEnded(page) ? page : null;
            if (end is not null && entries.Count == 0)
            {
                break;
            }

            wait = entries.Count > 0 ? _shortest : wait * 1.5 < _longest ? wait * 1.5 : _longest;
            if (end is null)
            {
                await Task.Delay(wait, connection.Clock, cancellationToken).ConfigureAwait(false);
            }
        }

        if (TemplateModels.ToStatus(end.Status) == TemplateBuildStatus.Error)
        {
            string reason = connection.Redact(_withoutSecrets(PlainText.Of(end.Reason?.Message)));
            throw BuildFailure.Of(
                name, templateId, buildId, reason.Length > 0 ? reason : "the service does not say why", NotEmpty(end.Reason?.Step), definition, _last);
        }
    }

    private static bool HasEnded(BuildStatusModel page) => TemplateModels.ToStatus(page.Status) is TemplateBuildStatus.Ready or TemplateBuildStatus.Error;

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private async Task<BuildStatusModel> AskAsync(int offset, CancellationToken cancellationToken)
    {
        long start = connection.Clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await SteadyAsking.RunAsync(
                    connection, token => operations.ReadStatusAsync(templateId, buildId, offset, limit: null, token), cancellationToken).ConfigureAwait(false);
            }
            catch (E2BException e) when (SteadyAsking.MayPass(e) || e is E2BTimeoutException { Kind: E2BTimeoutKind.Request })
            {
                if (connection.Clock.GetElapsedTime(start) > _recoveryLimit)
                {
                    throw ErrorMapper.MayHaveHappened(e, $"The build {buildId} of the template {templateId} goes on all the same: follow it again.");
                }

                await Task.Delay(_longest, connection.Clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private TemplateBuildLogEntry Keep(BuildLogEntryModel model)
    {
        TemplateBuildLogEntry entry = TemplateModels.ToEntry(templateId, buildId, model with { Message = connection.Redact(_withoutSecrets(model.Message)) });
        _last.Enqueue(entry);
        if (_last.Count > Kept)
        {
            _last.Dequeue();
        }

        return entry;
    }
}
