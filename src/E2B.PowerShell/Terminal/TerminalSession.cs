using System.Threading.Channels;

namespace E2B.PowerShell.Terminal;

/// <summary>The local terminal attached to one in a sandbox, from the first key to the last.</summary>
internal sealed class TerminalSession : IDisposable
{
    /// <summary>16 MiB may wait to be sent: what lies behind a large paste is still looked at for the detach key.</summary>
    private const int MaxChunks = 4096;
    private const int ChunkBytes = 4096;
    private const int MaxRequestBytes = 64 * 1024;

    /// <summary>How often the window's size and the terminal's settings are looked at, where nothing tells of a change.</summary>
    private static readonly TimeSpan _lookAround = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the first of the detach keys is held back.</summary>
    private static readonly TimeSpan _holdKey = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a program may take to draw anew at the wrong size.</summary>
    private static readonly TimeSpan _redraw = TimeSpan.FromMilliseconds(150);

    /// <summary>How long the end of the program may come after typing failed because of it.</summary>
    private static readonly TimeSpan _endGrace = TimeSpan.FromSeconds(2);

    private readonly ILocalTerminal _local;
    private readonly IRemoteTerminal _remote;
    private readonly TerminalScreen _screen;
    private readonly DetachKeyFilter _keys;
    private readonly TaskCompletionSource _detached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _sizeChanged = new(0, 1);
    private readonly Channel<byte[]> _typed = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MaxChunks) { SingleReader = true, SingleWriter = true });

    private TerminalSize _size;
    private TerminalSize _sizeThere;
    private volatile bool _redrawWanted;

    public TerminalSession(ILocalTerminal local, IRemoteTerminal remote, DetachKey? detachKey, TerminalSize size)
    {
        _local = local;
        _remote = remote;
        _size = _sizeThere = size;
        _screen = new TerminalScreen(local);
        _keys = new DetachKeyFilter(detachKey);
        _local.Resized += LookAtSize;
    }

    /// <summary>Attaches, until the program ends, the detach key is pressed, or the connection is lost.</summary>
    /// <param name="modes">For who comes back: what the program had switched on. It is made to draw anew.</param>
    /// <param name="stop">Lets go.</param>
    /// <exception cref="E2BException">The sandbox, or the way to it, is gone.</exception>
    public async Task<SessionEnd> RunAsync(byte[]? modes, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var keyboard = new Thread(() => ReadKeys(ending.Token)) { IsBackground = true, Name = "E2B terminal input" };
        Task[] workers = [];
        bool ended = false;
        int? exitCode = null;
        byte[] left = [];
        try
        {
            _screen.Enter(modes);
            _redrawWanted = modes is not null;
            LookAtSize();
            Signal();
            keyboard.Start();
            Task output = Task.Run(() => ShowOutputAsync(ending.Token), CancellationToken.None);
            Task input = Task.Run(() => SendKeysAsync(ending.Token), CancellationToken.None);
            Task size = Task.Run(() => FollowSizeAsync(ending.Token), CancellationToken.None);
            workers = [output, input, size];
            Task first = await Task.WhenAny(output, FailureOf(input), FailureOf(size), _detached.Task).ConfigureAwait(false);
            if (first != _detached.Task)
            {
                await first.ConfigureAwait(false);
                await output.ConfigureAwait(false);
                exitCode = await _remote.GetExitCodeAsync(ending.Token).ConfigureAwait(false);
            }

            ended = true;
        }
        finally
        {
            // The keyboard first: whatever is typed from now on is PowerShell's.
            _local.Interrupt();
            await ending.CancelAsync().ConfigureAwait(false);
            if (keyboard.ThreadState != ThreadState.Unstarted)
            {
                keyboard.Join();
            }

            left = _screen.Leave(discardInput: !ended);
            await Task.WhenAll(workers).ContinueWith(static task => _ = task.Exception, TaskScheduler.Default).ConfigureAwait(false);
        }

        return new SessionEnd(exitCode, left);

        // Typing and resizing go on for as long as the program does: only their failure is of interest, and only
        // if it is not about the program's end.
        async Task FailureOf(Task worker)
        {
            try
            {
                await worker.ConfigureAwait(false);
                await Task.Delay(Timeout.Infinite, ending.Token).ConfigureAwait(false);
            }
            catch (E2BException)
            {
                await Task.WhenAny(workers[0], Task.Delay(_endGrace, ending.Token)).ConfigureAwait(false);
                if (!workers[0].IsCompletedSuccessfully)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Gives the terminal back at once; for when the process ends.</summary>
    public void Abandon() => _screen.Leave(discardInput: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        _local.Resized -= LookAtSize;
        _screen.Leave(discardInput: true);
    }

    private async Task ShowOutputAsync(CancellationToken stop)
    {
        await foreach (ReadOnlyMemory<byte> output in _remote.ReadOutputAsync(stop).ConfigureAwait(false))
        {
            if (output.IsEmpty)
            {
                // Something is missing: only the program knows what should be on the screen.
                _redrawWanted = true;
                Signal();
            }
            else
            {
                _screen.Write(output.Span);
            }
        }
    }

    /// <summary>Runs on a thread of its own, since a terminal is read by waiting.</summary>
    private void ReadKeys(CancellationToken stop)
    {
        byte[] buffer = new byte[ChunkBytes];
        var passed = new System.Buffers.ArrayBufferWriter<byte>(ChunkBytes);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                InputRead read = _local.Read(buffer, _keys.IsHolding ? _holdKey : _lookAround, out int count);
                if (read == InputRead.Ended)
                {
                    break;
                }

                if (read == InputRead.Nothing)
                {
                    LookAtSize();
                    _keys.Release(passed);
                }
                else if (_keys.Pass(buffer.AsSpan(0, count), passed))
                {
                    break;
                }

                if (passed.WrittenCount > 0)
                {
                    byte[] chunk = passed.WrittenSpan.ToArray();
                    passed.ResetWrittenCount();
                    if (!_typed.Writer.TryWrite(chunk))
                    {
                        _typed.Writer.WriteAsync(chunk, stop).AsTask().GetAwaiter().GetResult();
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ChannelClosedException)
        {
            // The window is gone, or the session: either way nobody types any more.
        }

        _detached.TrySetResult();
    }

    private async Task SendKeysAsync(CancellationToken stop)
    {
        var request = new List<byte>();
        while (await _typed.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
        {
            // What was typed while the last request was under way goes as one.
            request.Clear();
            while (request.Count < MaxRequestBytes && _typed.Reader.TryRead(out byte[]? chunk))
            {
                request.AddRange(chunk);
            }

            await _remote.SendInputAsync(request.ToArray(), stop).ConfigureAwait(false);
        }
    }

    private async Task FollowSizeAsync(CancellationToken stop)
    {
        while (true)
        {
            await _sizeChanged.WaitAsync(stop).ConfigureAwait(false);
            TerminalSize size = CurrentSize();
            if (_redrawWanted)
            {
                // Programs that draw at their own pace must see the wrong size before they get the right one.
                _redrawWanted = false;
                await _remote.ResizeAsync(size.OneRowLess, stop).ConfigureAwait(false);
                await Task.Delay(_redraw, stop).ConfigureAwait(false);
            }
            else if (size == _sizeThere)
            {
                continue;
            }

            _sizeThere = size = CurrentSize();
            await _remote.ResizeAsync(size, stop).ConfigureAwait(false);
        }
    }

    private void LookAtSize()
    {
        lock (_sizeChanged)
        {
            TerminalSize size = _local.Size;
            if (size != _size && size is { Columns: > 0, Rows: > 0 })
            {
                _size = size;
                Signal();
            }
        }
    }

    private TerminalSize CurrentSize()
    {
        lock (_sizeChanged)
        {
            return _size;
        }
    }

    private void Signal()
    {
        lock (_sizeChanged)
        {
            if (_sizeChanged.CurrentCount == 0)
            {
                _sizeChanged.Release();
            }
        }
    }
}
