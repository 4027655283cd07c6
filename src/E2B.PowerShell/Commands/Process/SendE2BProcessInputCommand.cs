using System.Management.Automation;
using E2B.PowerShell.Processes;
using E2B.PowerShell.Running;

namespace E2B.PowerShell.Commands;

/// <summary>Writes to a process's stdin, or types at its terminal.</summary>
[Cmdlet(VerbsCommunications.Send, "E2BProcessInput")]
public sealed class SendE2BProcessInputCommand : ProcessCmdlet
{
    private IReadOnlyList<E2BProcess>? _targets;
    private bool _hasShiftedValue;

    /// <summary>What to send, where it does not come down the pipeline: each string a line, bytes as they are.</summary>
    [Parameter(Position = 2)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public PSObject? Value { get; set; }

    /// <summary>No line end after each string.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>End the input afterwards. A terminal gets Ctrl+D.</summary>
    [Parameter]
    public SwitchParameter Close { get; set; }

    private bool HasValue => _hasShiftedValue || MyInvocation.BoundParameters.ContainsKey(nameof(Value));

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // A process needs no sandbox before it: then what comes second is the input.
        object? first = Sandbox is PSObject wrapped ? wrapped.BaseObject : Sandbox;
        if (first is E2BProcess && ProcessId is not null && !HasValue)
        {
            (Value, ProcessId) = (PSObject.AsPSObject(ProcessId), null);
            _hasShiftedValue = true;
        }

        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(InputObject)) || TryAddProcess(InputObject))
        {
            return;
        }

        if (HasValue)
        {
            Refuse("E2BAmbiguousValue", "There is input both in -Value and in the pipeline. Give one of them.", InputObject);
        }

        Send(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (HasValue)
        {
            Send(Value);
        }
        else if (_targets is null && !Close)
        {
            Refuse("E2BNoValue", "There is no input: give it with -Value or by the pipeline, or end it with -Close.", ProcessId);
        }

        if (Close)
        {
            foreach (E2BProcess process in _targets ??= ResolveProcesses())
            {
                TryAwait(
                    async token =>
                    {
                        await InputOf(process).CloseAsync(token).ConfigureAwait(false);
                        return true;
                    },
                    process,
                    out _);
            }
        }
    }

    private void Send(PSObject? value)
    {
        byte[] bytes = InputBytes.Of(value, endLines: !NoNewline);
        foreach (E2BProcess process in _targets ??= ResolveProcesses())
        {
            TryAwait(
                async token =>
                {
                    await InputOf(process).SendAsync(bytes, token).ConfigureAwait(false);
                    return true;
                },
                process,
                out _);
        }
    }

    private ProcessInput InputOf(E2BProcess process) => new(process, WithRequestTimeout(process.Sandbox));
}
