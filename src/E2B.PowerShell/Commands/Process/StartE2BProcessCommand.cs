using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Running;

namespace E2B.PowerShell.Commands;

/// <summary>Starts a process in one or more sandboxes and returns at once. It runs on when the session ends.</summary>
[Cmdlet(VerbsLifecycle.Start, "E2BProcess", SupportsShouldProcess = true)]
[OutputType(typeof(E2BProcess))]
public sealed class StartE2BProcessCommand : CommandCmdlet
{
    /// <summary>Sandboxes to start it in.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>A name by which it can be found again.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Tag { get; set; }

    /// <summary>Open its stdin, for Send-E2BProcessInput.</summary>
    [Parameter]
    public SwitchParameter StdIn { get; set; }

    /// <summary>Give it a terminal.</summary>
    [Parameter]
    public SwitchParameter Pty { get; set; }

    /// <summary>The terminal's width in characters.</summary>
    [Parameter]
    [ValidateRange(1, ushort.MaxValue)]
    public int Columns { get; set; } = 80;

    /// <summary>The terminal's height in lines.</summary>
    [Parameter]
    [ValidateRange(1, ushort.MaxValue)]
    public int Rows { get; set; } = 24;

    private protected override bool NeedsSecondPositional => base.NeedsSecondPositional && !Pty;

    /// <inheritdoc/>
    protected override void ProcessRecord() => AddTargetOrReport(InputObject, "Input is sent with Send-E2BProcessInput.");

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        string text = WhatToRunText ?? "bash";
        List<Sandbox> sandboxes =
            [.. ResolveTargets(hasInput: false).Where(sandbox => ShouldProcess(sandbox.SandboxId, $"Start '{text}'"))];
        StartEach(Queue, sandboxes, ThrottleLimit, (sandbox, writer, stop) => StartAsync(sandbox, text, writer, stop));
        DrainQueue();
    }

    private async Task<bool> StartAsync(Sandbox sandbox, string text, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            CommandHandle handle = await StartAsync(WithRequestTimeout(sandbox), stop).ConfigureAwait(false);
            await writer.OutputAsync(new E2BProcess(sandbox, handle.ProcessId, Tag, text, handle)).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, sandbox)).ConfigureAwait(false);
            return false;
        }
    }

    private Task<CommandHandle> StartAsync(Sandbox sandbox, CancellationToken cancellationToken)
    {
        CommandOptions how = HowToRun(StdIn);
        how.Tag = Tag;
        if (!Pty)
        {
            return sandbox.Commands.StartAsync(WhatToRun!, how, cancellationToken);
        }

        var terminal = new PtyOptions
        {
            Columns = Columns,
            Rows = Rows,
            User = how.User,
            WorkingDirectory = how.WorkingDirectory,
            Environment = how.Environment,
            Timeout = how.Timeout,
            Tag = how.Tag,
            Command = WhatToRun,
        };
        return sandbox.Pty.CreateAsync(terminal, cancellationToken);
    }
}
