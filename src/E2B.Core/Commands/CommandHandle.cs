using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text;
using E2B.Commands;
using E2B.Errors;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;
using E2B.Transport;

namespace E2B;

/// <summary>A running command. Disposing of it lets go of the command and does not end it.</summary>
/// <remarks>
/// Output is fetched from the network only as it is read: nothing piles up here while nobody reads, and a command
/// that writes much waits. Giving up a wait or a read loses nothing; the next one goes on from there.
/// </remarks>
public sealed class CommandHandle : IAsyncDisposable
{
    /// <summary>How long after a command's own limit the sandbox has to say so.</summary>
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(2);

    private readonly Sandbox _sandbox;
    private readonly MessageStream<StartResponse> _stream;
    private readonly CallContext _context;
    private readonly TimeSpan? _limit;
    private readonly bool _isOwner;
    private readonly long _startedAt;
    private readonly OutputCapture _stdout;
    private readonly OutputCapture _stderr;
    private readonly SemaphoreSlim _reader = new(1);
    private ProcessEvent.Types.EndEvent? _end;
    private TimeSpan _duration;
    private volatile CommandResult? _result;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _disposed;

    internal CommandHandle(
        Sandbox sandbox,
        MessageStream<StartResponse> stream,
        CallContext context,
        int pid,
        TimeSpan? limit,
        bool isOwner,
        int maxCapturedBytes,
        long startedAt)
    {
        _sandbox = sandbox;
        _stream = stream;
        _context = context;
        ProcessId = pid;
        _limit = limit;
        _isOwner = isOwner;
        _startedAt = startedAt;
        _stdout = new OutputCapture(maxCapturedBytes);
        _stderr = new OutputCapture(maxCapturedBytes);
    }

    /// <summary>Its process id in the sandbox.</summary>
    public int ProcessId { get; }

    /// <summary>The sandbox in which it runs.</summary>
    public string SandboxId => _sandbox.SandboxId;

    /// <summary>How it ended; <see langword="null"/> as long as nobody has read or waited to its end.</summary>
    public CommandResult? Result => _result;

    /// <summary>The output, piece by piece as it arrives, until the command ends; then <see cref="Result"/> is there.</summary>
    /// <param name="cancellationToken">Stops reading. The command and this object go on.</param>
    /// <exception cref="InvalidOperationException">Somebody else is reading or waiting.</exception>
    /// <exception cref="E2BTimeoutException">The command ran longer than its timeout, or the sandbox ended.</exception>
    /// <exception cref="E2BUnreachableException">The connection broke. The command may still run.</exception>
    public async IAsyncEnumerable<CommandOutput> ReadOutputAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (!await _reader.WaitAsync(0, CancellationToken.None).ConfigureAwait(false))
        {
            throw new InvalidOperationException("Somebody else is reading this command's output, or waiting for its end.");
        }

        try
        {
            do
            {
                while (TryTake(out CommandOutput output))
                {
                    yield return output;
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
            while (await FillAsync(cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _reader.Release();
        }
    }

    /// <summary>Waits for the end. Output that nobody has read goes into the result, as much as may be captured.</summary>
    /// <param name="cancellationToken">Stops waiting. The command and this object go on.</param>
    /// <exception cref="E2BTimeoutException">The command ran longer than its timeout, or the sandbox ended.</exception>
    /// <exception cref="E2BUnreachableException">The connection broke. The command may still run.</exception>
    public async Task<CommandResult> WaitAsync(CancellationToken cancellationToken = default)
    {
        if (_result is { } known)
        {
            return known;
        }

        await _reader.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            do
            {
                while (TryTake(out CommandOutput output))
                {
                    (output.Stream == CommandStream.StdErr ? _stderr : _stdout).Add(output.Data.Span);
                }
            }
            while (await FillAsync(cancellationToken).ConfigureAwait(false));
            return _result!;
        }
        finally
        {
            _reader.Release();
        }
    }

    /// <summary>Kills the command with SIGKILL. Its children survive.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it did not run any more.</returns>
    public Task<bool> KillAsync(CancellationToken cancellationToken = default) => _sandbox.Commands.KillAsync(ProcessId, cancellationToken);

    /// <summary>Writes to stdin; returns when all of it is in the pipe. Needs <see cref="CommandOptions.StandardInput"/>.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    public Task SendInputAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        _sandbox.Commands.SendInputAsync(ProcessId, data, cancellationToken);

    /// <summary>Writes text to stdin, as UTF-8.</summary>
    /// <param name="text">The text; no end of line is added.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    public Task SendInputAsync(string text, CancellationToken cancellationToken = default) =>
        SendInputAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>Ends stdin, so that the command reads the end of its input.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task CloseInputAsync(CancellationToken cancellationToken = default) =>
        _sandbox.Commands.CloseInputAsync(ProcessId, cancellationToken);

    /// <summary>Lets go of the command, which runs on: come back with <see cref="CommandsClient.ConnectAsync(int, CommandOptions?, CancellationToken)"/>.</summary>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        _stream.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Takes the next piece of output that is here already.</summary>
    private bool TryTake(out CommandOutput output)
    {
        try
        {
            while (_failure is null && _stream.TryRead(out StartResponse message))
            {
                switch (message.Event?.EventCase)
                {
                    case ProcessEvent.EventOneofCase.Data:
                        ProcessEvent.Types.DataEvent data = message.Event.Data;
                        (CommandStream stream, Google.Protobuf.ByteString? bytes) = data.OutputCase switch
                        {
                            ProcessEvent.Types.DataEvent.OutputOneofCase.Stdout => (CommandStream.StdOut, data.Stdout),
                            ProcessEvent.Types.DataEvent.OutputOneofCase.Stderr => (CommandStream.StdErr, data.Stderr),
                            ProcessEvent.Types.DataEvent.OutputOneofCase.Pty => (CommandStream.Pty, data.Pty),
                            _ => default,
                        };
                        if (bytes is { IsEmpty: false })
                        {
                            output = new CommandOutput(stream, bytes.Memory);
                            return true;
                        }

                        break;
                    case ProcessEvent.EventOneofCase.End:
                        _end = message.Event.End;
                        _duration = Stopwatch.GetElapsedTime(_startedAt);
                        break;
                }
            }
        }
        catch (FramingException e)
        {
            _failure = ExceptionDispatchInfo.Capture(ErrorMapper.FromFraming(_context, e));
        }

        output = default;
        return false;
    }

    /// <summary>Waits for more; <see langword="false"/> when the command has ended and its result is there.</summary>
    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _failure?.Throw();
        if (_result is not null)
        {
            return false;
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            if (await _stream.WaitAsync(WaitLimit(), cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            _result = Conclude();
            return false;
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
            _failure = ExceptionDispatchInfo.Capture(await TranslateAsync(e).ConfigureAwait(false));
            _stream.Dispose();
            _failure.Throw();
            throw;
        }
    }

    private TimeSpan WaitLimit()
    {
        if (_limit is not { } limit)
        {
            return StreamHeaders.SilenceLimit;
        }

        // A slow reader may ask long after the limit for what is still on its way.
        TimeSpan left = limit - Stopwatch.GetElapsedTime(_startedAt);
        TimeSpan wait = (left < TimeSpan.Zero ? TimeSpan.Zero : left) + _grace;
        return wait < StreamHeaders.SilenceLimit ? wait : StreamHeaders.SilenceLimit;
    }

    private async Task<Exception> TranslateAsync(Exception failure)
    {
        switch (failure)
        {
            case E2BException:
                return failure;
            case TimeoutException when _limit is { } limit && Stopwatch.GetElapsedTime(_startedAt) > limit:
                return ErrorMapper.CommandTimedOut(_context, limit, killed: _isOwner, failure);
            case TimeoutException:
                return ErrorMapper.FromTransport(_context, failure);
            default:
                using (var scope = new CallScope(_context, TimeSpan.Zero, CancellationToken.None))
                {
                    return await _sandbox.Daemon.TranslateAsync(scope, failure).ConfigureAwait(false);
                }
        }
    }

    private CommandResult Conclude()
    {
        if (_end is null)
        {
            throw _stream.End?.Error switch
            {
                null => new FramingException("The stream ended without saying how the process did."),
                { Code: ConnectCode.DeadlineExceeded } when _limit is { } limit =>
                    ErrorMapper.CommandTimedOut(_context, limit, killed: _isOwner, cause: null),
                { } error => ErrorMapper.FromConnect(_context, error),
            };
        }

        const string SignalPrefix = "signal: ";
        string status = _end.Status;
        return new CommandResult
        {
            SandboxId = SandboxId,
            Pid = ProcessId,
            ExitCode = _end.ExitCode,
            Signal = _end.Exited ? null
                : status.StartsWith(SignalPrefix, StringComparison.Ordinal) ? status[SignalPrefix.Length..]
                : status.Length > 0 ? status : null,
            Error = _end.HasError && _end.Error.Length > 0 ? _end.Error : null,
            StandardOutput = _stdout.ToString(),
            StandardError = _stderr.ToString(),
            OutputTruncated = _stdout.IsTruncated || _stderr.IsTruncated,
            Duration = _duration,
        };
    }
}
