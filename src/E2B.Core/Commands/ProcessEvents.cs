using E2B.Errors;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;
using E2B.Recovery;
using E2B.Transport;

namespace E2B.Commands;

/// <summary>The events of a process, up to its end.</summary>
internal sealed class ProcessEvents : FollowedStream<StartResponse, CommandOutput>
{
    private readonly Sandbox _sandbox;
    private readonly FollowedProcess _process;

    public ProcessEvents(Sandbox sandbox, MessageStream<StartResponse> stream, FollowedProcess process)
        : base(sandbox, stream, process, sandbox.Client.Connection.Timing.EndGrace)
    {
        _sandbox = sandbox;
        _process = process;
    }

    /// <summary>How the process ended; <see langword="null"/> before.</summary>
    public ProcessEvent.Types.EndEvent? End { get; private set; }

    /// <summary>When that became known, counted from the start.</summary>
    public TimeSpan Duration { get; private set; }

    protected override bool IsOver => End is not null;

    protected override bool Take(StartResponse message, out CommandOutput item)
    {
        item = default;
        ProcessEvent happened = message.Event ?? throw new FramingException("A message holds no event.");
        if (happened.EventCase != ProcessEvent.EventOneofCase.Start)
        {
            NoteProgress();
        }

        if (happened.EventCase == ProcessEvent.EventOneofCase.End)
        {
            End = happened.End;
            Duration = _process.Elapsed;
            return false;
        }

        if (happened.EventCase != ProcessEvent.EventOneofCase.Data)
        {
            return false;
        }

        ProcessEvent.Types.DataEvent data = happened.Data;
        (CommandStream stream, Google.Protobuf.ByteString? bytes) = data.OutputCase switch
        {
            ProcessEvent.Types.DataEvent.OutputOneofCase.Stdout => (CommandStream.StdOut, data.Stdout),
            ProcessEvent.Types.DataEvent.OutputOneofCase.Stderr => (CommandStream.StdErr, data.Stderr),
            ProcessEvent.Types.DataEvent.OutputOneofCase.Pty => (CommandStream.Pty, data.Pty),
            _ => default,
        };
        if (bytes is not { IsEmpty: false })
        {
            return false;
        }

        item = new CommandOutput(stream, bytes.Memory);
        return true;
    }

    protected override async Task<MessageStream<StartResponse>> ReopenAsync(CancellationToken cancellationToken)
    {
        // An owner's limit is kept here, the daemon's is the second line.
        TimeSpan? left = TimeLeft(_process.IsOwner ? Timing.LimitGrace : TimeSpan.Zero);
        try
        {
            return await _sandbox.Processes.ReconnectAsync(_process.ProcessId, left, Timing.AttemptLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxProcessNotFoundException e)
        {
            throw ErrorMapper.ProcessLost(_process.Context, _process.ProcessId, e);
        }
    }

    protected override CommandOutput GapAfter(Exception cause) => new(CommandStream.Gap, default);

    protected override Exception EndedBy(ConnectError? error)
    {
        switch (error)
        {
            case null:
                return new FramingException("The stream ended without saying how the process did.");
            case { Code: ConnectCode.DeadlineExceeded } when _process.Limit is not null:
                throw Overdue(cause: null);
            case { Code: ConnectCode.Unavailable or ConnectCode.Canceled or ConnectCode.Aborted }:
                // Somebody on the way closed it; that says nothing about the process.
                return ErrorMapper.FromConnect(_process.Context, error);
            default:
                throw ErrorMapper.FromConnect(_process.Context, error);
        }
    }

    protected override E2BException Overdue(Exception? cause) =>
        ErrorMapper.CommandTimedOut(_process.Context, _process.Limit!.Value, killed: _process.IsOwner, cause);

    protected override ObjectDisposedException LetGo() =>
        new(nameof(CommandHandle), "The command was let go of while its output was being read.");

    protected override void Conclude()
    {
        // The kill at the limit may be seen before the limit is: that is the reason all the same.
        if (_process.IsOwner && !End!.Exited)
        {
            ThrowIfOverdue(cause: null);
        }
    }
}
