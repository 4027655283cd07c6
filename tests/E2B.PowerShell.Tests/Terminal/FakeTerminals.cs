using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using E2B.PowerShell.Terminal;

namespace E2B.PowerShell.Tests.Terminal;

/// <summary>A terminal whose keys and output are strings.</summary>
internal sealed class FakeLocalTerminal : ILocalTerminal
{
    private readonly BlockingCollection<string?> _keys = [];
    private readonly StringBuilder _shown = new();

    public event Action? Resized;

    public TerminalSize Size { get; private set; } = new(80, 24);

    public bool IsRaw { get; private set; }

    public bool? DiscardedInput { get; private set; }

    public string Shown
    {
        get
        {
            lock (_shown)
            {
                return _shown.ToString();
            }
        }
    }

    public void Type(string keys) => _keys.Add(keys);

    public void HangUp() => _keys.Add(null);

    public void Resize(int columns, int rows)
    {
        Size = new TerminalSize(columns, rows);
        Resized?.Invoke();
    }

    public void EnterRawMode() => IsRaw = true;

    public void Restore(bool discardInput)
    {
        IsRaw = false;
        DiscardedInput ??= discardInput;
    }

    public InputRead Read(Span<byte> buffer, TimeSpan timeout, out int count)
    {
        count = 0;
        if (!_keys.TryTake(out string? keys, timeout))
        {
            return InputRead.Nothing;
        }

        count = keys is null ? 0 : Encoding.UTF8.GetBytes(keys, buffer);
        return keys is null ? InputRead.Ended : InputRead.Bytes;
    }

    public void Interrupt() => HangUp();

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_shown)
        {
            _shown.Append(Encoding.UTF8.GetString(bytes));
        }
    }

    public void Dispose() => _keys.Dispose();
}

/// <summary>A terminal in a sandbox that does what the test says.</summary>
internal sealed class FakeRemoteTerminal : IRemoteTerminal
{
    private readonly Channel<byte[]> _output = Channel.CreateUnbounded<byte[]>();
    private readonly StringBuilder _typed = new();

    public int ProcessId => 7;

    public ConcurrentQueue<TerminalSize> Sizes { get; } = new();

    public Exception? TypingFails { get; set; }

    public string Typed
    {
        get
        {
            lock (_typed)
            {
                return _typed.ToString();
            }
        }
    }

    public void Show(string text) => _output.Writer.TryWrite(Encoding.UTF8.GetBytes(text));

    public void End(Exception? error = null) => _output.Writer.TryComplete(error);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadOutputAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (byte[] output in _output.Reader.ReadAllAsync(cancellationToken))
        {
            yield return output;
        }
    }

    public Task SendInputAsync(ReadOnlyMemory<byte> typed, CancellationToken cancellationToken)
    {
        if (TypingFails is not null)
        {
            throw TypingFails;
        }

        lock (_typed)
        {
            _typed.Append(Encoding.UTF8.GetString(typed.Span));
        }

        return Task.CompletedTask;
    }

    public Task ResizeAsync(TerminalSize size, CancellationToken cancellationToken)
    {
        Sizes.Enqueue(size);
        return Task.CompletedTask;
    }

    public Task<int> GetExitCodeAsync(CancellationToken cancellationToken) => Task.FromResult(3);

    public Task KillAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
