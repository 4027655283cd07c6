using System.Diagnostics;
using System.Runtime.ExceptionServices;
using E2B.Errors;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;
using E2B.Transport;

namespace E2B.Commands;

/// <summary>
/// The events of a process over however many connections that takes: one that breaks or falls silent is replaced.
/// For one reader at a time; nothing is fetched from the network before it asks.
/// </summary>
internal sealed class ProcessEvents : IDisposable
{
    /// <summary>How long what follows the last event may take to arrive; nothing in it is needed.</summary>
    private static readonly TimeSpan _tailLimit = TimeSpan.FromSeconds(1);

    private readonly StreamTiming _timing;
    private readonly FollowedProcess _process;
    private readonly StreamRecovery _recovery;
    private readonly CancellationTokenSource _closed = new();
    private MessageStream<StartResponse> _stream;
    private Exception? _broken;
    private bool _gapIsDue;
    private long _waitingSince;
    private ExceptionDispatchInfo? _failure;
    private int _reattached;
    private volatile bool _disposed;

    public ProcessEvents(Sandbox sandbox, MessageStream<StartResponse> stream, FollowedProcess process)
    {
        _timing = sandbox.Client.Connection.Timing;
        _process = process;
        _stream = stream;
        _recovery = new StreamRecovery(sandbox, process);
    }

    /// <summary>How the process ended; <see langword="null"/> before.</summary>
    public ProcessEvent.Types.EndEvent? End { get; private set; }

    /// <summary>When that became known, counted from the start.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>How often a connection was replaced.</summary>
    public int Reattached => Volatile.Read(ref _reattached);

    /// <summary>Why nothing comes any more, other than the process's end.</summary>
    public Exception? Failure => _failure?.SourceException;

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_process.StartedAt);

    private bool LimitHasPassed => _process.Limit is { } limit && Elapsed >= limit;

    /// <summary>Takes the next piece of output that is here already.</summary>
    public bool TryTake(out CommandOutput output)
    {
        if (_gapIsDue)
        {
            _gapIsDue = false;
            output = new CommandOutput(CommandStream.Gap, default);
            return true;
        }

        try
        {
            while (_failure is null && _broken is null && _stream.TryRead(out StartResponse message))
            {
                _waitingSince = 0;
                if (Take(message.Event ?? throw new FramingException("A message holds no event."), out output))
                {
                    return true;
                }
            }
        }
        catch (FramingException e)
        {
            _broken = e;
        }

        output = default;
        return false;
    }

    /// <summary>Waits for more; <see langword="false"/> when the process has ended.</summary>
    /// <exception cref="E2BException">Nothing can come any more, and the end is not known.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _failure?.Throw();
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            return await FillOrRecoverAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception) when (_disposed)
        {
            throw new ObjectDisposedException(nameof(CommandHandle), "The command was let go of while its output was being read.");
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
            _stream.Dispose();
            _failure.Throw();
            throw;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _closed.Cancel();
        Volatile.Read(ref _stream).Dispose();
    }

    private bool Take(ProcessEvent happened, out CommandOutput output)
    {
        output = default;
        if (happened.EventCase != ProcessEvent.EventOneofCase.Start)
        {
            _recovery.NoteProgress();
        }

        if (happened.EventCase == ProcessEvent.EventOneofCase.End)
        {
            End = happened.End;
            Duration = Elapsed;
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

        output = new CommandOutput(stream, bytes.Memory);
        return true;
    }

    private async ValueTask<bool> FillOrRecoverAsync(CancellationToken cancellationToken)
    {
        bool isSilent = false;
        if (_broken is null)
        {
            try
            {
                if (await WaitAsync(cancellationToken).ConfigureAwait(false))
                {
                    return true;
                }

                if (End is not null)
                {
                    return Conclude();
                }

                _broken = EndedByError();
            }
            catch (TimeoutException e) when (End is null)
            {
                ThrowIfOverdue(e);
                isSilent = true;
                _broken = e;
            }
            catch (Exception e) when (e is FramingException or IOException or HttpRequestException or TimeoutException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                _broken = e;
            }
        }

        // Whatever became of the connection: the process's end is known.
        if (End is not null)
        {
            _stream.Dispose();
            return Conclude();
        }

        await RecoverAsync(isSilent, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        long now = Stopwatch.GetTimestamp();
        if (_waitingSince == 0)
        {
            _waitingSince = now;
        }

        try
        {
            return await _stream.WaitAsync(WaitLimit(now), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Time in which nobody waits is nobody's silence.
            _waitingSince = 0;
            throw;
        }
    }

    private TimeSpan WaitLimit(long now)
    {
        if (End is not null)
        {
            return _tailLimit;
        }

        // Silence counts between whole messages: a length that was garbled on the way would wait for ever, and swallow every sign of life.
        TimeSpan wait = _timing.SilenceLimit - Stopwatch.GetElapsedTime(_waitingSince, now);
        if (_process.Limit is { } limit)
        {
            // A slow reader may ask long after the limit for what is still on its way.
            TimeSpan left = Max(limit - Elapsed, TimeSpan.Zero) + _timing.EndGrace;
            wait = left < wait ? left : wait;
        }

        return Max(wait, TimeSpan.Zero);
    }

    private void ThrowIfOverdue(Exception? cause)
    {
        if (LimitHasPassed)
        {
            throw ErrorMapper.CommandTimedOut(_process.Context, _process.Limit!.Value, killed: _process.IsOwner, cause);
        }
    }

    /// <summary>What the stream's last frame means when the process's end was not among its events.</summary>
    private Exception EndedByError()
    {
        switch (_stream.End?.Error)
        {
            case null:
                return new FramingException("The stream ended without saying how the process did.");
            case { Code: ConnectCode.DeadlineExceeded } when _process.Limit is { } limit:
                throw ErrorMapper.CommandTimedOut(_process.Context, limit, killed: _process.IsOwner, cause: null);
            case { Code: ConnectCode.Unavailable or ConnectCode.Canceled or ConnectCode.Aborted } error:
                // Somebody on the way closed it; that says nothing about the process.
                return ErrorMapper.FromConnect(_process.Context, error);
            case { } error:
                throw ErrorMapper.FromConnect(_process.Context, error);
        }
    }

    private bool Conclude()
    {
        // The kill at the limit may be seen before the limit is: that is the reason all the same.
        if (_process.IsOwner && !End!.Exited)
        {
            ThrowIfOverdue(cause: null);
        }

        return false;
    }

    private async Task RecoverAsync(bool isSilent, CancellationToken cancellationToken)
    {
        _stream.Dispose();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        MessageStream<StartResponse> stream = await _recovery.RunAsync(_broken!, isSilent, stop.Token).ConfigureAwait(false);
        Volatile.Write(ref _stream, stream);
        if (_disposed)
        {
            stream.Dispose();
        }

        _broken = null;
        _waitingSince = 0;
        _gapIsDue = true;
        Interlocked.Increment(ref _reattached);
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
