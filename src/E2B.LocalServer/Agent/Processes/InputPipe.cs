using E2B.LocalServer.Agent.Native;

namespace E2B.LocalServer.Agent.Processes;

/// <summary>The writing end of a pipe or terminal. A write waits, on no thread, while the process does not read.</summary>
internal sealed class InputPipe : IPollTarget, IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Poller _poller;
    private readonly ulong _id;
    private int _descriptor;
    private bool _armedBefore;
    private TaskCompletionSource? _room;

    /// <summary>The <paramref name="descriptor"/> becomes this object's own.</summary>
    public InputPipe(Poller poller, int descriptor)
    {
        (_poller, _descriptor) = (poller, descriptor);
        Descriptors.SetNonBlocking(descriptor);
        _id = poller.Register(this);
    }

    /// <summary>Writes all of it; the writes of several callers do not mix.</summary>
    /// <exception cref="UnixException">Nobody will ever read it.</exception>
    /// <exception cref="ObjectDisposedException">The pipe is closed.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            while (true)
            {
                data = data[WriteSome(data.Span, out Task? room)..];
                if (room is null)
                {
                    return;
                }

                await room.WaitAsync(cancellation);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes the pipe when what is being written has been taken: the process reads an end.</summary>
    public async Task CloseAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            Dispose();
        }
        finally
        {
            _turn.Release();
        }
    }

    public void OnReady(Span<byte> scratch)
    {
        lock (_gate)
        {
            _room?.TrySetResult();
            _room = null;
        }
    }

    /// <summary>Closes the pipe now. Whoever waits for room gets an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_descriptor < 0)
            {
                return;
            }

            _poller.Remove(_id, _descriptor);
            _ = Libc.Close(_descriptor);
            _descriptor = -1;
            _room?.TrySetResult();
            _room = null;
        }
    }

    private int WriteSome(ReadOnlySpan<byte> data, out Task? room)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_descriptor < 0, this);
            int written = 0;
            while (written < data.Length)
            {
                int count = Descriptors.Write(_descriptor, data[written..]);
                if (count == -Errno.Again)
                {
                    _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    room = _room.Task;
                    _poller.Arm(_id, _descriptor, write: true, first: !_armedBefore);
                    _armedBefore = true;
                    return written;
                }

                if (count < 0)
                {
                    throw new UnixException("write", null, -count);
                }

                written += count;
            }

            room = null;
            return written;
        }
    }
}
