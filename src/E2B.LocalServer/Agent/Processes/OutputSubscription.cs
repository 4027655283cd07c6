using System.Threading.Channels;
using E2B.Protocol.Process;

namespace E2B.LocalServer.Agent.Processes;

/// <summary>One listener's queue.</summary>
internal sealed class OutputSubscription : IDisposable
{
    /// <summary>So much may wait in a queue before the process is held back; it goes on at half of it.</summary>
    internal const int HighMark = 1024 * 1024;

    private readonly ProcessOutput _owner;
    private readonly Channel<OutputItem> _queue =
        Channel.CreateUnbounded<OutputItem>(new UnboundedChannelOptions { SingleReader = true });

    private int _pending;
    private volatile bool _heldBack;

    internal OutputSubscription(ProcessOutput owner) => _owner = owner;

    internal bool IsHoldingBack => _heldBack;

    /// <summary>Waits for something to take.</summary>
    /// <returns><see langword="false"/> after the end.</returns>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _queue.Reader.WaitToReadAsync(cancellation);

    public bool TryTake(out OutputItem item)
    {
        if (!_queue.Reader.TryRead(out item))
        {
            return false;
        }

        if (item.Data is not null)
        {
            int left = Interlocked.Add(ref _pending, -item.Data.Length);
            if (_heldBack && left <= HighMark / 2)
            {
                _heldBack = false;
                _owner.ResumeIfRoom();
            }
        }

        return true;
    }

    /// <summary>Puts a sign of life into the queue.</summary>
    public void AddKeepalive() => _queue.Writer.TryWrite(OutputItem.Keepalive);

    public void Dispose() => _owner.Remove(this);

    internal bool Add(OutputItem item)
    {
        int pending = Interlocked.Add(ref _pending, item.Data!.Length);
        if (pending > HighMark)
        {
            _heldBack = true;
        }

        _queue.Writer.TryWrite(item);
        return _heldBack;
    }

    internal void Complete(ProcessEvent.Types.EndEvent end)
    {
        _queue.Writer.TryWrite(new OutputItem(default, null, end));
        _queue.Writer.TryComplete();
    }
}
