using System.Runtime.CompilerServices;
using System.Text;
using E2B.Commands;
using E2B.Protocol.Process;
using E2B.Transport;

namespace E2B;

/// <summary>A running command or terminal. Disposing of it lets go of the process and does not end it.</summary>
/// <remarks>
/// <para>Output is fetched from the network only as it is read: nothing piles up here while nobody reads, and a command
/// that writes much waits. <see cref="BeginCapture"/> reads in the background. Giving up a wait or a read loses
/// nothing; the next one goes on from there.</para>
/// <para>A connection that breaks, or on which nothing comes for 24 s though signs of life were asked for, is made
/// again, for up to 15 s (and never past the command's timeout); the reader gets a <see cref="CommandStream.Gap"/> in the place where output may be missing.
/// The exit code survives that: the daemon remembers it for some 30 s. Where it cannot be made again, the
/// service is asked why, for up to 5 s, and the exception says whether the sandbox ended, was paused, or cannot be reached.</para>
/// </remarks>
public sealed class CommandHandle : IAsyncDisposable
{
    private readonly Sandbox _sandbox;
    private readonly FollowedProcess _process;
    private readonly ProcessEvents _events;
    private readonly OutputCapture _stdout;
    private readonly OutputCapture _stderr;
    private readonly SemaphoreSlim _reader = new(1);
    private readonly BackgroundCapture _background;
    private readonly LimitWatch? _limitWatch;
    private volatile InputKind _input;
    private volatile CommandResult? _result;

    internal CommandHandle(Sandbox sandbox, MessageStream<StartResponse> stream, FollowedProcess process)
    {
        _sandbox = sandbox;
        _process = process;
        _input = process.Input;
        _events = new ProcessEvents(sandbox, stream, process);
        _stdout = new OutputCapture(process.MaxCapturedBytes);
        _stderr = new OutputCapture(process.MaxCapturedBytes);
        _background = new BackgroundCapture(WaitAsync);
        _limitWatch = process is { StopsAtLimit: true, Limit: { } limit } ? new LimitWatch(sandbox, process.ProcessId, limit) : null;
    }

    /// <summary>Its process id in the sandbox.</summary>
    public int ProcessId => _process.ProcessId;

    /// <summary>The sandbox in which it runs.</summary>
    public string SandboxId => _sandbox.SandboxId;

    /// <summary>Whether it is a terminal; <see langword="null"/> while that is not known of a process that was attached to.</summary>
    public bool? IsPty => _input == InputKind.Unknown ? null : _input == InputKind.Terminal;

    /// <summary>How it ended; <see langword="null"/> as long as nobody has read or waited to its end.</summary>
    public CommandResult? Result => _result;

    /// <summary>Its exit code, -1 when a signal ended it; <see langword="null"/> as long as nobody has read or waited to its end.</summary>
    public int? ExitCode => _result?.ExitCode;

    /// <summary>Why it failed: the daemon's words about its end, or why following it failed; <see langword="null"/> when neither is known.</summary>
    public string? Error => _result is { } result ? result.Error : _events.Failure?.Message;

    /// <summary>Why it cannot be followed any more; <see langword="null"/> when it can, or has ended.</summary>
    public Exception? Failure => _result is null ? _events.Failure : null;

    /// <summary>What was captured of stdout (or the terminal) so far: what arrived while somebody waited or <see cref="BeginCapture"/> read, and nobody else got.</summary>
    public string StandardOutput => _stdout.ToString();

    /// <summary>What was captured of stderr so far, in the same way.</summary>
    public string StandardError => _stderr.ToString();

    /// <summary>Whether more came than <see cref="CommandOptions.MaxCapturedBytes"/> allowed to keep.</summary>
    public bool OutputTruncated => _stdout.IsTruncated || _stderr.IsTruncated;

    /// <summary>How often the connection broke and was made again. Output may be missing in each of these places.</summary>
    public int ReattachCount => _events.Reattached;

    /// <summary>Starts reading in the background, into the capture: so a command that writes much does not have to wait for somebody to read.</summary>
    /// <remarks>Whoever reads the output afterwards takes over from there. A failure shows in <see cref="Failure"/>, and to whoever waits.</remarks>
    public void BeginCapture()
    {
        if (_result is null)
        {
            _background.Start();
        }
    }

    /// <summary>The output, piece by piece as it arrives, until the command ends; then <see cref="Result"/> is there.</summary>
    /// <param name="cancellationToken">Stops reading. The command and this object go on.</param>
    /// <exception cref="InvalidOperationException">Somebody else is reading or waiting.</exception>
    /// <exception cref="E2BTimeoutException">The command ran longer than its timeout, or the sandbox ended or was paused.</exception>
    /// <exception cref="E2BUnreachableException">The connection broke and could not be made again. The command may still run.</exception>
    /// <exception cref="SandboxProcessNotFoundException">The connection broke, and the command ended too long ago to be asked for its exit code.</exception>
    public async IAsyncEnumerable<CommandOutput> ReadOutputAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await _background.StopAsync().ConfigureAwait(false);
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
    /// <exception cref="E2BTimeoutException">The command ran longer than its timeout, or the sandbox ended or was paused.</exception>
    /// <exception cref="E2BUnreachableException">The connection broke and could not be made again. The command may still run.</exception>
    /// <exception cref="SandboxProcessNotFoundException">The connection broke, and the command ended too long ago to be asked for its exit code.</exception>
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
                    Capture(output);
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

    /// <summary>Kills the process with SIGKILL. Its children survive: <see cref="StopAsync"/> takes them along.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it did not run any more.</returns>
    public Task<bool> KillAsync(CancellationToken cancellationToken = default) =>
        _sandbox.Processes.SignalAsync(ProcessId, StopSignal.Kill, cancellationToken);

    /// <summary>Sends a signal.</summary>
    /// <param name="signal">The signal.</param>
    /// <param name="tree">Whether its descendants get it too; then those that SIGTERM does not end are killed after 5 s.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it did not run any more.</returns>
    public async Task<bool> KillAsync(StopSignal signal, bool tree, CancellationToken cancellationToken = default) =>
        (await StopAsync(new StopOptions { Signal = signal, Tree = tree }, cancellationToken).ConfigureAwait(false)).WasRunning;

    /// <summary>Stops the process, with its descendants unless told otherwise: see <see cref="CommandsClient.StopAsync"/>.</summary>
    /// <param name="options">How; <see langword="null"/> means SIGKILL for the whole tree.</param>
    /// <param name="cancellationToken">Gives up. A part may have been stopped.</param>
    public Task<StopResult> StopAsync(StopOptions? options = null, CancellationToken cancellationToken = default) =>
        _sandbox.Commands.StopAsync(ProcessId, options, cancellationToken);

    /// <summary>Writes to stdin, or types into the terminal; returns when all of it is in the pipe. Without a terminal it needs <see cref="CommandOptions.StandardInput"/>.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    /// <exception cref="E2BInvalidArgumentException">It was started without stdin, or that was closed.</exception>
    public async Task SendInputAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        RequireInput();
        _input = await _sandbox.Processes.SendInputAsync(ProcessId, _input, data, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes text to stdin, or types it into the terminal, as UTF-8.</summary>
    /// <param name="text">The text; no end of line is added.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    /// <exception cref="E2BInvalidArgumentException">It was started without stdin, or that was closed.</exception>
    public Task SendInputAsync(string text, CancellationToken cancellationToken = default) =>
        SendInputAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>Writes all of a stream to stdin, or types it into the terminal, as fast as it is read there; does not end the input.</summary>
    /// <param name="input">What to write. It is read no faster than the process takes it, and not disposed of.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    /// <returns>How many bytes were written.</returns>
    /// <remarks>There is no time limit: a process may take as long as it likes to read. When nothing moves for long, it is asked whether the process is still there.</remarks>
    /// <exception cref="E2BInvalidArgumentException">It was started without stdin, or that was closed.</exception>
    /// <exception cref="SandboxProcessNotFoundException">It ended before all was written.</exception>
    public Task<long> WriteInputAsync(Stream input, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        return WriteInputAsync(InputWriter.ReadAsync(input, cancellationToken), cancellationToken);
    }

    /// <summary>Writes pieces to stdin, or types them into the terminal, as fast as they are read there; does not end the input.</summary>
    /// <param name="input">What to write. A piece is asked for when those before are on their way; its memory is not used any more when the next is asked for.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    /// <returns>How many bytes were written.</returns>
    /// <remarks>There is no time limit: a process may take as long as it likes to read. When nothing moves for long, it is asked whether the process is still there.</remarks>
    /// <exception cref="E2BInvalidArgumentException">It was started without stdin, or that was closed.</exception>
    /// <exception cref="SandboxProcessNotFoundException">It ended before all was written.</exception>
    public async Task<long> WriteInputAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> input, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        RequireInput();
        var writer = new InputWriter(_sandbox, ProcessId, _input);
        long written = await writer.WriteAsync(input, cancellationToken).ConfigureAwait(false);
        _input = writer.Kind;
        return written;
    }

    /// <summary>Ends stdin, so that the command reads the end of its input. A terminal gets Ctrl+D (0x04).</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task CloseInputAsync(CancellationToken cancellationToken = default)
    {
        RequireInput();
        return _sandbox.Processes.CloseInputAsync(ProcessId, _input, cancellationToken);
    }

    /// <summary>Sets the terminal's size. The programs in it are told.</summary>
    /// <param name="columns">The width in characters.</param>
    /// <param name="rows">The height in lines.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="E2BInvalidArgumentException">It has no terminal, or the size cannot be.</exception>
    public Task ResizeAsync(int columns, int rows, CancellationToken cancellationToken = default) =>
        _sandbox.Pty.ResizeAsync(ProcessId, columns, rows, cancellationToken);

    /// <summary>Lets go of the process, which runs on: come back with <see cref="CommandsClient.ConnectAsync(int, CommandOptions?, CancellationToken)"/>.</summary>
    /// <remarks>Its timeout still counts: the daemon then ends its main process, up to 2 s later.</remarks>
    public Task DisconnectAsync() => DisposeAsync().AsTask();

    /// <summary>Lets go of the process, as <see cref="DisconnectAsync"/> does.</summary>
    public async ValueTask DisposeAsync()
    {
        _limitWatch?.Dispose();
        _events.Dispose();
        await _background.StopAsync().ConfigureAwait(false);
    }

    private bool TryTake(out CommandOutput output)
    {
        if (!_events.TryTake(out output))
        {
            return false;
        }

        if (output.Stream == CommandStream.Pty)
        {
            _input = InputKind.Terminal;
        }

        return true;
    }

    private void Capture(CommandOutput output)
    {
        if (output.IsGap)
        {
            _stdout.Gap();
            _stderr.Gap();
        }
        else
        {
            (output.Stream == CommandStream.StdErr ? _stderr : _stdout).Add(output.Data.Span);
        }
    }

    /// <summary>Waits for more; <see langword="false"/> when the command has ended and its result is there.</summary>
    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_result is not null)
        {
            return false;
        }

        try
        {
            if (await _events.FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }
        catch (E2BTimeoutException e) when (e.Kind == E2BTimeoutKind.Command && _limitWatch is not null)
        {
            await _limitWatch.FinishAsync().ConfigureAwait(false);
            throw;
        }

        _limitWatch?.Dispose();
        _result = ToResult(_events.End!);
        return false;
    }

    private void RequireInput()
    {
        if (_input == InputKind.None)
        {
            throw new E2BInvalidArgumentException(
                $"The process {ProcessId} was started without stdin, so nothing can be written to it. Start it with StandardInput = true.")
            {
                SandboxId = SandboxId,
            };
        }
    }

    private CommandResult ToResult(ProcessEvent.Types.EndEvent end)
    {
        const string SignalPrefix = "signal: ";
        string status = end.Status;
        return new CommandResult
        {
            SandboxId = SandboxId,
            Pid = ProcessId,
            ExitCode = end.ExitCode,
            Signal = end.Exited ? null
                : status.StartsWith(SignalPrefix, StringComparison.Ordinal) ? status[SignalPrefix.Length..]
                : status.Length > 0 ? status : null,
            Error = end.HasError && end.Error.Length > 0 ? end.Error : null,
            StandardOutput = _stdout.ToString(),
            StandardError = _stderr.ToString(),
            OutputTruncated = OutputTruncated,
            ReattachCount = ReattachCount,
            Duration = _events.Duration,
        };
    }
}
