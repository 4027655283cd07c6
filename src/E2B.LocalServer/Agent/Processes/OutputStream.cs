using E2B.LocalServer.Agent.Native;

namespace E2B.LocalServer.Agent.Processes;

/// <summary>The reading end of a pipe or terminal.</summary>
internal sealed class OutputStream : IPollTarget
{
    private const int PtyChunk = 16 * 1024;

    // So that one busy process does not keep the thread from the others.
    private const int ReadsInARow = 8;

    // What a pipe can hold at most without privileges. A process that is cut off may leave no more than that.
    private const int MaxLeftOver = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Poller _poller;
    private readonly ProcessOutput _output;
    private readonly OutputKind _kind;
    private readonly Action _closed;
    private readonly ulong _id;
    private int _descriptor;
    private bool _started;

    /// <summary>
    /// The <paramref name="descriptor"/> becomes this object's own; <paramref name="closed"/> is called once,
    /// after the last output was passed on.
    /// </summary>
    public OutputStream(Poller poller, ProcessOutput output, OutputKind kind, int descriptor, Action closed)
    {
        (_poller, _output, _kind, _descriptor, _closed) = (poller, output, kind, descriptor, closed);
        Descriptors.SetNonBlocking(descriptor);
        _id = poller.Register(this);
    }

    public void Resume()
    {
        lock (_gate)
        {
            if (_descriptor >= 0)
            {
                _poller.Arm(_id, _descriptor, write: false, first: !_started);
                _started = true;
            }
        }
    }

    public void OnReady(Span<byte> scratch)
    {
        if (_kind == OutputKind.Pty)
        {
            scratch = scratch[..PtyChunk];
        }

        lock (_gate)
        {
            if (_descriptor < 0)
            {
                return;
            }

            for (int i = 0; i < ReadsInARow; i++)
            {
                int count = Descriptors.Read(_descriptor, scratch);
                if (count == -Errno.Again)
                {
                    break;
                }

                // A terminal whose other side is closed by everybody answers with EIO.
                if (count <= 0)
                {
                    Close();
                    break;
                }

                if (!_output.Publish(this, _kind, scratch[..count]))
                {
                    return;
                }
            }

            if (_descriptor >= 0)
            {
                _poller.Arm(_id, _descriptor, write: false, first: false);
                return;
            }
        }

        _closed();
    }

    /// <summary>Ends the stream though others may still hold its other end, after what is in it now.</summary>
    public void CutOff()
    {
        lock (_gate)
        {
            if (_descriptor < 0)
            {
                return;
            }

            byte[] buffer = new byte[_kind == OutputKind.Pty ? PtyChunk : Poller.ScratchSize];
            int count;
            for (int left = MaxLeftOver; left > 0 && (count = Descriptors.Read(_descriptor, buffer)) > 0; left -= count)
            {
                _output.Publish(this, _kind, buffer.AsSpan(0, count));
            }

            Close();
        }

        _closed();
    }

    /// <summary>Ends a stream of a process that never started.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            if (_descriptor >= 0)
            {
                Close();
            }
        }
    }

    private void Close()
    {
        _poller.Remove(_id, _descriptor);
        _ = Libc.Close(_descriptor);
        _descriptor = -1;
    }
}
