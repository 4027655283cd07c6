using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using E2B.Errors;
using E2B.Protocol;
using E2B.Protocol.Rest;
using E2B.Sandboxes;
using E2B.Templates;
using E2B.Templates.Building;
using E2B.Transport;

namespace E2B;

/// <content>Building, and what is known of builds.</content>
public sealed partial class TemplateOperations
{
    /// <summary>Builds a template and waits for the end.</summary>
    /// <param name="definition">What to build.</param>
    /// <param name="options">Its name, and how.</param>
    /// <param name="log">Is told the build's log.</param>
    /// <param name="cancellationToken">Gives up. What runs on the service by then goes on: <see cref="FollowBuildAsync"/> follows it.</param>
    /// <exception cref="TemplateBuildException">The build failed. The error names the step and where it was written.</exception>
    /// <exception cref="TemplateContextException">Files that are to be copied are not there, cannot be read or are not to be had.</exception>
    /// <exception cref="E2BRateLimitException">Too many builds at a time.</exception>
    public async Task<TemplateBuildResult> BuildAsync(
        Template definition, TemplateBuildOptions options, IProgress<TemplateBuildLogEntry>? log = null, CancellationToken cancellationToken = default)
    {
        TemplateBuild build = await StartBuildAsync(definition, options, cancellationToken).ConfigureAwait(false);
        return await build.WaitAsync(log, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts a build: reads the files that are copied, uploads those that the service lacks, and returns when the build runs.</summary>
    /// <remarks>
    /// Archives go through temporary files, so memory does not grow with what is copied. The request timeout counts while
    /// nothing is sent, not for a whole upload. A build cancels those of its template before it that have one of its tags and have not ended.
    /// </remarks>
    /// <param name="definition">What to build.</param>
    /// <param name="options">Its name, and how.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TemplateContextException">Files that are to be copied are not there, cannot be read or are not to be had.</exception>
    /// <exception cref="E2BRateLimitException">Too many builds at a time.</exception>
    public Task<TemplateBuild> StartBuildAsync(Template definition, TemplateBuildOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(options);
        return new BuildStart(_client, _plane, this, definition, options).RunAsync(cancellationToken);
    }

    /// <summary>A template's builds, the newest first. A page is asked for when the one before it is used up, and not earlier.</summary>
    /// <param name="template">The template's name or id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Without <see cref="TemplateBuildInfo.Reason"/>, which <see cref="GetBuildAsync"/> tells.</returns>
    /// <exception cref="TemplateNotFoundException">There is no such template.</exception>
    public async IAsyncEnumerable<TemplateBuildInfo> ListBuildsAsync(string template, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string id = await FindIdAsync(TemplateName.Parse(template).Identifier, cancellationToken).ConfigureAwait(false);
        string path = "/templates/" + Uri.EscapeDataString(id);
        string? next = null;
        do
        {
            string page = next is null ? path : $"{path}?nextToken={Uri.EscapeDataString(next)}";
            (TemplateDetailModel model, HttpStatusCode _, next) = await _plane.SendAsync(
                About(HttpMethod.Get, page, "list the builds of", template), RestJson.Default.TemplateDetailModel, E2BHeaders.NextToken, cancellationToken).ConfigureAwait(false);
            foreach (TemplateBuildModel build in model.Builds ?? [])
            {
                yield return TemplateModels.ToBuild(id, build);
            }
        }
        while (!string.IsNullOrEmpty(next));
    }

    /// <summary>How a build is, and why it failed if it did.</summary>
    /// <param name="template">The template's name or id.</param>
    /// <param name="buildId">The build's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TemplateNotFoundException">There is no such template.</exception>
    /// <exception cref="TemplateBuildNotFoundException">It has no such build.</exception>
    public async Task<TemplateBuildInfo> GetBuildAsync(string template, string buildId, CancellationToken cancellationToken = default)
    {
        string id = await FindIdAsync(TemplateName.Parse(template).Identifier, cancellationToken).ConfigureAwait(false);
        BuildStatusModel status = await ReadStatusAsync(id, buildId, offset: 0, limit: 1, cancellationToken).ConfigureAwait(false);
        TemplateBuildInfo? listed = null;
        await foreach (TemplateBuildInfo one in ListBuildsAsync(id, cancellationToken).ConfigureAwait(false))
        {
            if (one.BuildId.Equals(buildId, StringComparison.OrdinalIgnoreCase))
            {
                listed = one;
                break;
            }
        }

        return new TemplateBuildInfo
        {
            TemplateId = id,
            BuildId = listed?.BuildId ?? buildId,
            Status = TemplateModels.ToStatus(status.Status),
            Reason = status.Reason is { Message.Length: > 0 } reason ? PlainText.Of(reason.Message) : null,
            FailedStep = string.IsNullOrEmpty(status.Reason?.Step) ? null : status.Reason.Step,
            CreatedAt = listed?.CreatedAt,
            UpdatedAt = listed?.UpdatedAt,
            FinishedAt = listed?.FinishedAt,
            CpuCount = listed?.CpuCount,
            MemoryMB = listed?.MemoryMB,
            DiskMB = listed?.DiskMB,
            EnvdVersion = listed?.EnvdVersion,
        };
    }

    /// <summary>What a build has logged so far. A page is asked for when the one before it is used up, and not earlier.</summary>
    /// <param name="template">The template's name or id.</param>
    /// <param name="buildId">The build's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TemplateNotFoundException">There is no such template.</exception>
    /// <exception cref="TemplateBuildNotFoundException">It has no such build.</exception>
    public async IAsyncEnumerable<TemplateBuildLogEntry> GetBuildLogAsync(
        string template, string buildId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string id = await FindIdAsync(TemplateName.Parse(template).Identifier, cancellationToken).ConfigureAwait(false);
        int offset = 0;
        while (true)
        {
            IReadOnlyList<BuildLogEntryModel> page = (await ReadStatusAsync(id, buildId, offset, limit: null, cancellationToken).ConfigureAwait(false)).LogEntries ?? [];
            if (page.Count == 0)
            {
                yield break;
            }

            offset += page.Count;
            foreach (BuildLogEntryModel entry in page)
            {
                yield return TemplateModels.ToEntry(id, buildId, entry);
            }
        }
    }

    /// <summary>A build's log from its beginning, and as it is written, until the build has succeeded. A lost connection is made again.</summary>
    /// <param name="template">The template's name or id.</param>
    /// <param name="buildId">The build's id.</param>
    /// <param name="progress">Is told of each step. It is called on any thread, and should return at once.</param>
    /// <param name="cancellationToken">Ends the following; the build goes on.</param>
    /// <exception cref="TemplateNotFoundException">There is no such template.</exception>
    /// <exception cref="TemplateBuildNotFoundException">It has no such build.</exception>
    /// <exception cref="TemplateBuildException">The build failed. All of its log comes before.</exception>
    public async IAsyncEnumerable<TemplateBuildLogEntry> FollowBuildAsync(
        string template, string buildId, IProgress<TemplateBuildProgress>? progress = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string name = TemplateName.Parse(template).Identifier;
        string id = await FindIdAsync(name, cancellationToken).ConfigureAwait(false);
        var following = new BuildFollowing(this, _client.Connection, name, id, buildId, definition: null);
        await foreach (TemplateBuildLogEntry entry in following.RunAsync(progress, cancellationToken).ConfigureAwait(false))
        {
            yield return entry;
        }
    }

    /// <summary>How a build is, with a page of its log.</summary>
    internal Task<BuildStatusModel> ReadStatusAsync(string templateId, string buildId, int offset, int? limit, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(buildId))
        {
            throw new E2BInvalidArgumentException("The build's id is empty.");
        }

        string query = string.Create(CultureInfo.InvariantCulture, $"?logsOffset={offset}") + (limit is { } most ? string.Create(CultureInfo.InvariantCulture, $"&limit={most}") : null);
        var call = new RestCall(
            HttpMethod.Get,
            $"/templates/{Uri.EscapeDataString(templateId)}/builds/{Uri.EscapeDataString(buildId)}/status{query}",
            $"get the build {buildId} of the template {templateId}",
            Repeat.Safe,
            Missing: Missing.TemplateBuild)
        {
            Name = buildId,
        };
        return _plane.SendAsync(call, RestJson.Default.BuildStatusModel, cancellationToken);
    }
}
