using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;

namespace E2B.PowerShell.Commands;

/// <summary>Makes a sandbox, or one from each template or snapshot that comes down the pipeline.</summary>
[Cmdlet(VerbsCommon.New, "E2BSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(Sandbox))]
public sealed class NewE2BSandboxCommand : CreatingCmdlet
{
    /// <summary>A template's name or id, or a snapshot.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public object? Template { get; set; }

    /// <summary>What happens at the end of the lifetime.</summary>
    [Parameter]
    public SandboxTimeoutAction OnTimeout { get; set; }

    /// <summary>The pause at the end of the lifetime keeps memory and processes. -KeepMemory:$false keeps the files alone.</summary>
    [Parameter]
    public SwitchParameter KeepMemory { get; set; }

    /// <summary>Traffic wakes the sandbox once it is paused.</summary>
    [Parameter]
    public SwitchParameter AutoResume { get; set; }

    /// <summary>Make it the session's default sandbox, for cmdlets that are given none.</summary>
    [Parameter]
    public SwitchParameter AsDefault { get; set; }

    /// <summary>Keep it alive while this session lives.</summary>
    [Parameter]
    public SwitchParameter KeepAlive { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryGetOptions(Template, out SandboxCreateOptions? options))
        {
            return;
        }

        if (!ShouldProcess(NameOf(options), "Make a sandbox"))
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
            Session.Defaults = Session.Defaults with { Sandbox = sandbox };
        }

        WriteObject(sandbox);
    }

    private protected override void Complete(SandboxCreateOptions options)
    {
        options.OnTimeout = IsBound(nameof(OnTimeout)) ? OnTimeout : null;
        options.KeepMemory = IsBound(nameof(KeepMemory)) ? KeepMemory : null;
        options.AutoResume = IsBound(nameof(AutoResume)) ? AutoResume : null;
    }
}
