using System.Globalization;
using System.Text;

namespace E2B.LocalServer.Edge;

/// <summary>The first lines of an HTTP/1.x answer.</summary>
internal sealed class ResponseHead
{
    public required int StatusCode { get; init; }

    public required string Reason { get; init; }

    public List<KeyValuePair<string, string>> Headers { get; } = [];

    public long? ContentLength { get; private set; }

    public bool IsChunked { get; private set; }

    /// <summary>Whether the connection can be used again.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>Header names that hold for one connection only, with those that <c>Connection</c> names.</summary>
    public HashSet<string> HopByHop { get; } = new(HopByHopHeaders.Names, StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the head, without the empty line at its end.</summary>
    public static ResponseHead Parse(ReadOnlySpan<byte> bytes)
    {
        string[] lines = Encoding.Latin1.GetString(bytes).Split("\r\n");
        string[] status = lines[0].Split(' ', 3);
        if (status.Length < 2
            || !status[0].StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !int.TryParse(status[1], NumberStyles.None, CultureInfo.InvariantCulture, out int code)
            || code is < 100 or > 999)
        {
            throw new InvalidDataException("what the sandbox answered is no HTTP/1.1");
        }

        var head = new ResponseHead { StatusCode = code, Reason = status.Length > 2 ? status[2] : string.Empty, KeepsAlive = status[0] != "HTTP/1.0" };
        foreach (string line in lines.AsSpan(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                throw new InvalidDataException("the sandbox's answer has a header without a name");
            }

            head.Add(line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
        }

        return head;
    }

    private void Add(string name, string value)
    {
        Headers.Add(new(name, value));
        if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
        {
            if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long length) || (ContentLength is { } other && other != length))
            {
                throw new InvalidDataException("the sandbox's answer has no sensible Content-Length");
            }

            ContentLength = length;
        }
        else if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
        {
            IsChunked = value.EndsWith("chunked", StringComparison.OrdinalIgnoreCase);
        }
        else if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
        {
            foreach (string option in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                HopByHop.Add(option);
                KeepsAlive &= !option.Equals("close", StringComparison.OrdinalIgnoreCase);
            }
        }
    }
}

/// <summary>Headers that are for the next hop and not for the one behind it.</summary>
internal static class HopByHopHeaders
{
    public static readonly string[] Names =
    [
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    ];
}
