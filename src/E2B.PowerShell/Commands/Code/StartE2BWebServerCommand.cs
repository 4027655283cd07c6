using System.Collections;
using System.Management.Automation;
using System.Net;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Servers;

namespace E2B.PowerShell.Commands;

/// <summary>Starts a server in one or more sandboxes and returns its URL; waits, if it is to, until it answers.</summary>
[Cmdlet(VerbsLifecycle.Start, "E2BWebServer", SupportsShouldProcess = true)]
[OutputType(typeof(E2BWebServer))]
public sealed class StartE2BWebServerCommand : SandboxCmdlet
{
    /// <summary>What starts the server: a line for the sandbox's shell, bash.</summary>
    [Parameter(Position = 1)]
    public string? Command { get; set; }

    /// <summary>The port that it listens on in the sandbox.</summary>
    [Parameter(Mandatory = true)]
    [ValidateRange(1, IPEndPoint.MaxPort)]
    public int Port { get; set; }

    /// <summary>Return when it answers over HTTP, whatever it says.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Seconds to wait until it answers; without it, and with 0, there is no limit.</summary>
    [Parameter]
    [ValidateRange(0, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; }

    /// <summary>The Linux user.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>The directory to run in, a POSIX path.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SandboxLiteralPathCompleter))]
    public string? WorkingDirectory { get; set; }

    /// <summary>Environment variables of what is run.</summary>
    [Parameter]
    public IDictionary? Environment { get; set; }

    /// <summary>A name by which its process can be found again.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Tag { get; set; }

    /// <summary>How many sandboxes are worked on at a time. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    /// <summary>Sandboxes to start it in.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    private protected override string? SecondPositional { get => Command; set => Command = value; }

    private protected override string SecondPositionalName => nameof(Command);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (TimeoutSec > 0 && !Wait)
        {
            Refuse("E2BInvalidArgument", "-TimeoutSec says how long -Wait waits: add -Wait.", TimeoutSec);
        }

        if (WorkingDirectory is not null)
        {
            SandboxPath.Check(this, WorkingDirectory);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => AddTargetOrReport(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<Sandbox> sandboxes = [.. ResolveTargets(hasInput: false).Where(sandbox => ShouldProcess(sandbox.SandboxId, $"Start the server '{Command}'"))];
        StartEach(Queue, sandboxes, ThrottleLimit, StartAsync);
        DrainQueue();
    }

    private async Task<bool> StartAsync(Sandbox sandbox, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            var options = new CommandOptions
            {
                User = User,
                WorkingDirectory = WorkingDirectory,
                Environment = Tables.Merge(null, Environment),
                Tag = Tag,
                Timeout = TimeSpan.Zero,
            };
            var start = new WebServerStart(WithRequestTimeout(sandbox), Command!, Port, options);
            await writer.OutputAsync(await start.RunAsync(Wait, TimeSpan.FromSeconds(TimeoutSec), stop).ConfigureAwait(false)).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, sandbox)).ConfigureAwait(false);
            return false;
        }
    }
}
