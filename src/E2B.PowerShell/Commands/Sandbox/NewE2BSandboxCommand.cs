using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Makes a sandbox.</summary>
[Cmdlet(VerbsCommon.New, "E2BSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(Sandbox))]
public sealed class NewE2BSandboxCommand : ConnectedCmdlet
{
    /// <summary>A template's name or id.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>The sandbox's lifetime in seconds. 300 without it.</summary>
    [Parameter]
    [ValidateRange(1, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; }

    /// <summary>Labels, by which Get-E2BSandbox finds it again.</summary>
    [Parameter]
    public Hashtable? Metadata { get; set; }

    /// <summary>Environment variables of every process in the sandbox.</summary>
    [Parameter]
    public Hashtable? Environment { get; set; }

    /// <summary>Make it the session's default sandbox, for cmdlets that are given none.</summary>
    [Parameter]
    public SwitchParameter AsDefault { get; set; }

    /// <summary>Keep it alive while this session lives.</summary>
    [Parameter]
    public SwitchParameter KeepAlive { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        E2BDefault defaults = Session.Defaults;
        var options = new SandboxCreateOptions
        {
            Template = Template ?? defaults.Template,
            Timeout = TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : defaults.Lifetime,
            Metadata = Tables.Merge(defaults.Metadata, Metadata),
            Environment = Tables.Merge(defaults.Environment, Environment),
        };
        if (!ShouldProcess(options.Template ?? "base", "Make a sandbox"))
        {
            return;
        }

        SandboxOperations sandboxes = Client.Sandboxes;
        if (!TryAwait(token => sandboxes.CreateAsync(options, token), options.Template, out Sandbox sandbox))
        {
            return;
        }

        Session.Created(sandbox);
        if (KeepAlive)
        {
            Session.KeepAlive(sandbox, options.Timeout);
        }

        if (AsDefault)
        {
            Session.Defaults = defaults with { Sandbox = sandbox };
        }

        WriteObject(sandbox);
    }
}
