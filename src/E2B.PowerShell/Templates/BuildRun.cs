using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Templates;

/// <summary>A build from its first look at local files to its result, or the following of one that runs: the log goes to the host, the result down the pipeline.</summary>
/// <param name="name">The template's name, for people.</param>
/// <param name="target">The target of errors.</param>
internal sealed class BuildRun(string name, object target)
{
    /// <summary>What can be followed again by now; <see langword="null"/> before there is something.</summary>
    public (string TemplateId, string BuildId)? Started { get; private set; }

    /// <summary>Whether the log alone is followed.</summary>
    public bool IsLog { get; private init; }

    /// <summary>What a person types to come back.</summary>
    public string? ComeBack => Started is { } build ? $"Get-E2BTemplateBuild {build.TemplateId} {build.BuildId}{(IsLog ? " -Log" : null)} -Follow" : null;

    /// <summary>The following of a log.</summary>
    public static BuildRun OfLog(string template, string buildId, object target) => new(template, target) { IsLog = true, Started = (template, buildId) };

    /// <summary>Builds.</summary>
    public Task<bool> BuildAsync(TemplateOperations templates, Template definition, TemplateBuildOptions options, PipelineWriter writer, CancellationToken stop) =>
        ShowAsync(
            async bar =>
            {
                options.Progress = bar;
                TemplateBuild build = await templates.StartBuildAsync(definition, options, stop).ConfigureAwait(false);
                Started = (build.TemplateId, build.BuildId);
                await writer.VerboseAsync($"The build runs. Another session follows it with: {ComeBack}").ConfigureAwait(false);
                foreach (string warning in build.Warnings)
                {
                    await writer.WarningAsync(warning).ConfigureAwait(false);
                }

                await TellAsync(build.FollowAsync(stop), writer).ConfigureAwait(false);
                return build.Result;
            },
            writer);

    /// <summary>Follows a build that was started elsewhere.</summary>
    public Task<bool> FollowAsync(TemplateOperations templates, string template, string buildId, PipelineWriter writer, CancellationToken stop)
    {
        Started = (template, buildId);
        return ShowAsync(
            async bar =>
            {
                await TellAsync(templates.FollowBuildAsync(template, buildId, bar, stop), writer).ConfigureAwait(false);
                return await templates.GetBuildAsync(template, buildId, stop).ConfigureAwait(false);
            },
            writer);
    }

    private static async Task TellAsync(IAsyncEnumerable<TemplateBuildLogEntry> log, PipelineWriter writer)
    {
        await foreach (TemplateBuildLogEntry entry in log.ConfigureAwait(false))
        {
            if (entry.Level == SandboxLogLevel.Debug)
            {
                await writer.VerboseAsync(entry.ToString()).ConfigureAwait(false);
            }
            else
            {
                await writer.HostObjectAsync(entry, "Build-E2BTemplate").ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> ShowAsync(Func<BuildProgressBar, Task<object?>> work, PipelineWriter writer)
    {
        var bar = new BuildProgressBar(writer, name);
        try
        {
            object? result = await work(bar).ConfigureAwait(false);
            bar.Complete();
            await writer.OutputAsync(result).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            bar.Complete();
            await writer.FailureAsync(ErrorFactory.Create(e, target)).ConfigureAwait(false);
            return false;
        }
    }
}
