using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Tells of the builds of templates: which there are, how one is, its log, and what becomes of it.</summary>
[Cmdlet(VerbsCommon.Get, "E2BTemplateBuild")]
[OutputType(typeof(TemplateBuildInfo), typeof(TemplateBuildLogEntry))]
public sealed class GetE2BTemplateBuildCommand : FollowingCmdlet
{
    /// <summary>Templates, their names or ids, or builds of them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("TemplateId", "Name")]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public object[] Template { get; set; } = [];

    /// <summary>Ids of builds.</summary>
    [Parameter(Position = 1)]
    [Alias("BuildId")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TemplateBuildCompleter))]
    public string[]? Build { get; set; }

    /// <summary>The log instead of the build; without a build named, that of the newest.</summary>
    [Parameter]
    public SwitchParameter Log { get; set; }

    /// <summary>Follow the build to its end; without one named, the newest.</summary>
    [Parameter]
    [Alias("Wait")]
    public SwitchParameter Follow { get; set; }

    /// <summary>With -Log, the lowest level that counts.</summary>
    [Parameter]
    public SandboxLogLevel Level { get; set; }

    private TemplateOperations Templates => Client.Templates;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object given in Template)
        {
            if (TemplateArgument.GetTemplate(given) is not { } template)
            {
                WriteError(ErrorFactory.InvalidArgument(
                    "E2BNotATemplate", $"'{given}' is no template. Give a template from Get-E2BTemplate or Build-E2BTemplate, its name or its id.", given));
            }
            else if (Build is not null)
            {
                Array.ForEach(Build, build => Tell(template, build, given));
            }
            else if (TemplateArgument.GetBuild(given) is { } own)
            {
                Tell(template, own, given);
            }
            else if (!Log && !Follow)
            {
                WriteList(Templates.ListBuildsAsync(template, StopToken), static _ => true, given);
            }
            else if (TryAwait(token => FindNewestAsync(template, token), given, out string newest))
            {
                Tell(template, newest, given);
            }
        }
    }

    private void Tell(string template, string build, object given)
    {
        if (Log && Follow)
        {
            FollowLog(template, build, given);
        }
        else if (Log)
        {
            WriteList(Templates.GetBuildLogAsync(template, build, StopToken), entry => entry.Level >= Level, given);
        }
        else if (Follow)
        {
            TemplateOperations templates = Templates;
            var run = new BuildRun(template, given);
            DrainFollowing(run, (writer, stop) => run.FollowAsync(templates, template, build, writer, stop));
        }
        else if (TryAwait(token => Templates.GetBuildAsync(template, build, token), given, out TemplateBuildInfo info))
        {
            WriteObject(info);
        }
    }

    private void FollowLog(string template, string build, object given)
    {
        try
        {
            WriteList(Templates.FollowBuildAsync(template, build, cancellationToken: StopToken), entry => entry.Level >= Level, given);
        }
        finally
        {
            if (StopToken.IsCancellationRequested)
            {
                SayHowToComeBack(BuildRun.OfLog(template, build, given));
            }
        }
    }

    private async Task<string> FindNewestAsync(string template, CancellationToken cancellationToken)
    {
        await foreach (TemplateBuildInfo build in Templates.ListBuildsAsync(template, cancellationToken).ConfigureAwait(false))
        {
            return build.BuildId;
        }

        throw new TemplateBuildNotFoundException($"The template '{template}' has no build.");
    }
}
