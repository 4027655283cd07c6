using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Jobs;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Running;

namespace E2B.PowerShell.Commands;

/// <summary>Runs a command in one or more sandboxes and streams its output.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "E2BCommand")]
[OutputType(typeof(string), typeof(CommandResult), typeof(byte))]
public sealed class InvokeE2BCommandCommand : CommandCmdlet
{
    private readonly List<InputFlow> _inputs = [];
    private readonly List<CommandRun> _runs = [];
    private bool _sandboxesPiped;
    private bool _started;
    private E2BJob? _job;

    /// <summary>Sandboxes to run the command in; everything else is the command's stdin.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Exit codes that are no error.</summary>
    [Parameter]
    public int[] SuccessExitCode { get; set; } = [0];

    /// <summary>A typed result for each sandbox instead of output.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>All output at the end, as one string (with -AsByteStream one array).</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Bytes instead of lines.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>stderr on the pipeline too, in order of arrival.</summary>
    [Parameter]
    public SwitchParameter MergeStdErr { get; set; }

    /// <summary>Work in the background, as a job of this session.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>The job's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JobName { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (PassThru && (Raw || AsByteStream || MergeStdErr))
        {
            Refuse("E2BAmbiguousOutput", "-PassThru returns a result instead of output: it does not go with -Raw, -AsByteStream and -MergeStdErr.", null);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(InputObject)))
        {
            return;
        }

        if (TryAddTarget(InputObject))
        {
            _sandboxesPiped = true;
            if (_started)
            {
                RefuseLateSandbox(InputObject);
            }

            return;
        }

        if (!_started)
        {
            Start(withInput: true, ResolveTargets(hasInput: true));
        }

        byte[] bytes = InputBytes.Of(InputObject);
        Task room = Task.WhenAll(_inputs.Select(input => input.Write(bytes)));
        DrainQueueUntil(room);
        Queue.DrainAvailable(this);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!_started)
        {
            // An empty pipeline into a named sandbox is an empty stdin.
            Start(withInput: MyInvocation.ExpectingInput && !_sandboxesPiped, ResolveTargets(hasInput: false));
        }

        foreach (InputFlow input in _inputs)
        {
            input.Complete();
        }

        if (_job is not null)
        {
            WriteJob(_job);
            return;
        }

        try
        {
            DrainQueue();
        }
        finally
        {
            // Also when an error ends the pipeline, as -ErrorAction Stop has it.
            SetExitCode();
        }
    }

    private void Start(bool withInput, IReadOnlyList<Sandbox> sandboxes)
    {
        _started = true;
        if (AsJob && sandboxes.Count > 0)
        {
            _job = new E2BJob(MyInvocation.MyCommand.Name, WhatToRunText!, JobName, string.Join(',', sandboxes.Select(static sandbox => sandbox.SandboxId)));
        }

        RefuseBytesOfSeveral(sandboxes, AsByteStream && !Raw);
        var form = new OutputForm
        {
            PassThru = PassThru,
            Raw = Raw,
            Bytes = AsByteStream,
            MergeStdErr = MergeStdErr,
            Tagged = !PassThru && (sandboxes.Count > 1 || MergeStdErr) && !(AsByteStream && !Raw),
        };
        ProcessCommand command = WhatToRun!;
        foreach (Sandbox sandbox in sandboxes)
        {
            InputFlow? input = withInput ? new InputFlow() : null;
            if (input is not null)
            {
                _inputs.Add(input);
            }

            _runs.Add(new CommandRun(WithRequestTimeout(sandbox), command, HowToRun(withInput), form, input));
        }

        // Input goes to all at once: one that waited for its turn would hold back the input of those it waits for.
        StartEach(_job?.Queue ?? Queue, _runs, withInput ? Math.Max(1, _runs.Count) : ThrottleLimit, RunAsync);
        _job?.Begin();
    }

    private async Task<bool> RunAsync(CommandRun run, PipelineWriter writer, CancellationToken stop)
    {
        CommandResult? result = await run.RunAsync(writer, stop).ConfigureAwait(false);
        if (result is not null && PassThru)
        {
            await writer.OutputAsync(result).ConfigureAwait(false);
        }
        else if (result is not null && !SuccessExitCode.Contains(result.ExitCode))
        {
            await writer.FailureAsync(ErrorFactory.CommandFailed(result)).ConfigureAwait(false);
        }

        return result is not null;
    }

    /// <summary>Sets $LASTEXITCODE: of several sandboxes the first code that is not zero, in the order of the input.</summary>
    private void SetExitCode()
    {
        int? code = CommandOutcome.Combine(_runs.Select(static run => run.Outcome));
        if (HasMissingTargets && (code ?? 0) == 0)
        {
            code = CommandOutcome.NotRun;
        }

        if (code is { } known)
        {
            SetLastExitCode(known);
        }
    }
}
