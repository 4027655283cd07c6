using System.Buffers;
using System.Runtime.CompilerServices;

namespace E2B.PowerShell.Running;

/// <summary>
/// What flows from the pipeline into the sandbox: a command's stdin, a file's content. Records that come
/// faster than the sandbox takes them travel together; the pipeline waits once there is too much of them.
/// </summary>
internal sealed class InputFlow
{
    /// <summary>The pipeline waits while this many bytes are on their way.</summary>
    private const int Limit = 1024 * 1024;

    private readonly object _lock = new();
    private ArrayBufferWriter<byte> _waiting = new();
    private ArrayBufferWriter<byte> _sending = new();
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource? _room;
    private bool _completed;
    private bool _refused;

    /// <summary>Takes bytes.</summary>
    /// <returns>Done when more may come.</returns>
    public Task Write(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (_refused)
            {
                return Task.CompletedTask;
            }

            _waiting.Write(bytes);
            _changed.TrySetResult();
            if (_waiting.WrittenCount < Limit)
            {
                return Task.CompletedTask;
            }

            _room ??= NewSignal();
            return _room.Task;
        }
    }

    /// <summary>Says that nothing more comes.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            _changed.TrySetResult();
        }
    }

    /// <summary>Drops what still comes: the command has ended, as <c>head</c> does, and nobody reads.</summary>
    public void Refuse()
    {
        lock (_lock)
        {
            _refused = true;
            _room?.TrySetResult();
            _room = null;
        }
    }

    /// <summary>Everything that came since the last call; waits for something, and is empty only at the end.</summary>
    /// <returns>Valid until the next call.</returns>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_waiting.WrittenCount > 0)
                {
                    (_waiting, _sending) = (_sending, _waiting);
                    _waiting.ResetWrittenCount();
                    _room?.TrySetResult();
                    _room = null;
                    return _sending.WrittenMemory;
                }

                if (_completed)
                {
                    return default;
                }

                if (_changed.Task.IsCompleted)
                {
                    _changed = NewSignal();
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>All that comes, piece by piece. A piece is valid until the next is asked for.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await TakeAsync(cancellationToken).ConfigureAwait(false) is { IsEmpty: false } piece)
        {
            yield return piece;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
