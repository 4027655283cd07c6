using System.Globalization;

namespace E2B.LocalServer.Edge;

/// <summary>The body of one answer, whichever way its end is marked.</summary>
internal sealed class ResponseBody
{
    private readonly UpstreamConnection _connection;
    private readonly Framing _framing;
    private long _left; // of the body, or of the chunk
    private bool _inChunks;

    public ResponseBody(UpstreamConnection connection, ResponseHead head, string requestMethod)
    {
        _connection = connection;
        IsEmptyByNature = requestMethod == "HEAD" || head.StatusCode is 204 or 304;
        if (IsEmptyByNature || (!head.IsChunked && head.ContentLength == 0))
        {
            IsComplete = true;
        }
        else if (head.IsChunked)
        {
            _framing = Framing.Chunks;
        }
        else if (head.ContentLength is { } length)
        {
            (_framing, _left) = (Framing.Length, length);
        }
        else
        {
            _framing = Framing.Connection;
        }
    }

    private enum Framing
    {
        Length,
        Chunks,
        Connection,
    }

    /// <summary>There is none, whatever the headers say.</summary>
    public bool IsEmptyByNature { get; }

    /// <summary>All of it was read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether its end is the connection's end.</summary>
    public bool EndsWithConnection => !IsComplete && _framing == Framing.Connection;

    /// <summary>Reads what is there; 0 at the end.</summary>
    /// <exception cref="EndOfStreamException">The connection ended before the body did.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (IsComplete)
        {
            return 0;
        }

        if (_framing == Framing.Chunks && _left == 0 && !await NextChunkAsync(cancellationToken))
        {
            IsComplete = true;
            return 0;
        }

        if (_framing != Framing.Connection && destination.Length > _left)
        {
            destination = destination[..(int)_left];
        }

        int read = await _connection.ReadAsync(destination, cancellationToken);
        if (read == 0)
        {
            IsComplete = _framing == Framing.Connection;
            return IsComplete ? 0 : throw new EndOfStreamException("the sandbox's answer ended before it was complete");
        }

        if (_framing != Framing.Connection)
        {
            _left -= read;
            IsComplete = _framing == Framing.Length && _left == 0;
        }

        return read;
    }

    private async ValueTask<bool> NextChunkAsync(CancellationToken cancellationToken)
    {
        if (_inChunks && (await _connection.ReadLineAsync(cancellationToken)).Length > 0)
        {
            throw new InvalidDataException("a chunk of the sandbox's answer is longer than it said");
        }

        string line = await _connection.ReadLineAsync(cancellationToken);
        string size = line.Split(';', 2)[0].Trim();
        if (size.Length == 0 || !long.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left) || _left < 0)
        {
            throw new InvalidDataException("a chunk of the sandbox's answer has no size");
        }

        _inChunks = true;
        if (_left > 0)
        {
            return true;
        }

        // Trailers: neither envd nor its clients have any use for them.
        while ((await _connection.ReadLineAsync(cancellationToken)).Length > 0)
        {
        }

        return false;
    }
}
