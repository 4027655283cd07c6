using System.Net.Sockets;
using System.Text;

namespace E2B.LocalServer.Runtime;

/// <summary>
/// Reads what a sandbox's first process writes, for as long as it writes, and keeps the end of it: an agent that
/// fails says why, and one that chatters fills neither the host's memory nor its disk. Whoever wants to have each
/// line gets it.
/// </summary>
internal sealed class OutputTail : IDisposable
{
    private const int Kept = 16 * 1024;
    private const int LongestLine = 64 * 1024;

    private readonly Socket _socket;
    private readonly byte[] _ring = new byte[Kept];
    private readonly Lock _lock = new();
    private readonly MemoryStream _line = new();
    private volatile Action<string>? _reader;
    private long _total;

    public OutputTail(SafeSocketHandle handle)
    {
        _socket = new Socket(handle);
        _ = ReadAsync();
    }

    /// <summary>Gives each line to come to a reader, on the thread that reads; it must not throw. What is longer than 64 KiB is cut.</summary>
    public void ReadLines(Action<string> reader) => _reader = reader;

    public override string ToString()
    {
        lock (_lock)
        {
            var length = (int)Math.Min(_total, Kept);
            var bytes = new byte[length];
            for (var i = 0; i < length; i++)
            {
                bytes[i] = _ring[(_total - length + i) % Kept];
            }

            return Encoding.UTF8.GetString(bytes);
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReadAsync()
    {
        var buffer = new byte[4096];
        try
        {
            int count;
            while ((count = await _socket.ReceiveAsync(buffer)) > 0)
            {
                Keep(buffer.AsSpan(0, count));
                Split(buffer.AsSpan(0, count));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Closed by us at the sandbox's end.
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            foreach (var value in bytes)
            {
                _ring[_total++ % Kept] = value;
            }
        }
    }

    private void Split(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is >= 0 and int end)
        {
            Append(bytes[..end]);
            _reader?.Invoke(Encoding.UTF8.GetString(_line.GetBuffer(), 0, (int)_line.Length));
            _line.SetLength(0);
            bytes = bytes[(end + 1)..];
        }

        Append(bytes);
    }

    private void Append(ReadOnlySpan<byte> bytes) => _line.Write(bytes[..(int)Math.Min(bytes.Length, LongestLine - _line.Length)]);
}
