using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Creating;
using E2B.PowerShell.Errors;

namespace E2B.PowerShell.Commands;

/// <summary>Makes a sandbox, or one from each template or snapshot that comes down the pipeline.</summary>
[Cmdlet(VerbsCommon.New, "E2BSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(Sandbox))]
public sealed class NewE2BSandboxCommand : CreatingCmdlet
{
    /// <summary>A template's name or id, or a snapshot.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
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

    /// <summary>How many to make, at the same time: all of them or none.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int Count { get; set; } = 1;

    /// <summary>Keep those that can be made where others cannot.</summary>
    [Parameter]
    public SwitchParameter AllowPartial { get; set; }

    /// <summary>How many are made at a time. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (AsDefault && Count > 1)
        {
            Refuse("E2BInvalidArgument", "One sandbox can be the default one, not several. Leave out -AsDefault or -Count.", Count);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryGetOptions(Template, out SandboxCreateOptions? options))
        {
            return;
        }

        if (!ShouldProcess(NameOf(options), Count == 1 ? "Make a sandbox" : $"Make {Count} sandboxes"))
        {
            return;
        }

        IReadOnlyList<Sandbox> made = Make(options, out IEnumerable<Exception> failures);

        // All of them before anything is written: a pipeline that takes no more, as after Select-Object -First, or an error that stops end the cmdlet there.
        foreach (Sandbox sandbox in made)
        {
            Session.Created(sandbox);
            if (KeepAlive)
            {
                Session.KeepAlive(sandbox, options.Timeout);
            }

            if (AsDefault)
            {
                Session.Defaults = Session.Defaults with { Sandbox = sandbox };
            }
        }

        foreach (Exception failure in failures)
        {
            WriteError(ErrorFactory.Create(failure, options.Template));
        }

        WriteObject(made, enumerateCollection: true);
    }

    /// <summary>Makes them.</summary>
    /// <param name="options">What each is to be.</param>
    /// <param name="failures">Why some could not be made, unless that is said already.</param>
    private IReadOnlyList<Sandbox> Make(SandboxCreateOptions options, out IEnumerable<Exception> failures)
    {
        failures = [];
        SandboxOperations sandboxes = Client.Sandboxes;
        if (Count == 1)
        {
            return TryAwait(token => sandboxes.CreateAsync(options, token), options.Template, out Sandbox sandbox) ? [sandbox] : [];
        }

        var creates = new ManyCreates(sandboxes, options, Count, ThrottleLimit > 0 ? ThrottleLimit : Session.Defaults.ThrottleLimit, AllowPartial);
        IReadOnlyList<Sandbox> made = Await(creates.RunAsync);
        failures = AllowPartial ? creates.Failures : creates.Failures.Take(1);
        return made;
    }

    private protected override void Complete(SandboxCreateOptions options)
    {
        options.OnTimeout = IsBound(nameof(OnTimeout)) ? OnTimeout : null;
        options.KeepMemory = IsBound(nameof(KeepMemory)) ? KeepMemory : null;
        options.AutoResume = IsBound(nameof(AutoResume)) ? AutoResume : null;
    }
}
