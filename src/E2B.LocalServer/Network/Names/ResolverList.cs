using System.Net;

namespace E2B.LocalServer.Network.Names;

/// <summary>Whom to ask for names: those named, otherwise the host's resolvers as they are at the moment.</summary>
internal sealed class ResolverList(IReadOnlyList<IPEndPoint> named, string file = "/etc/resolv.conf")
{
    private const int DnsPort = 53;
    private const string Keyword = "nameserver";
    private (DateTime Written, IReadOnlyList<IPEndPoint> Resolvers) _read;

    public IReadOnlyList<IPEndPoint> Current => named.Count > 0 ? named : OfHost();

    private IReadOnlyList<IPEndPoint> OfHost()
    {
        // A host that changes its network changes its resolvers.
        var written = File.GetLastWriteTimeUtc(file);
        if (_read.Resolvers is null || _read.Written != written)
        {
            _read = (written, Parse(file));
        }

        return _read.Resolvers;
    }

    private static IPEndPoint[] Parse(string file)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (IOException)
        {
            lines = [];
        }

        IPEndPoint[] found =
        [
            .. from line in lines
               let words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
               where words is [Keyword, ..] && words.Length > 1
               let address = IPAddress.TryParse(words[1], out var parsed) ? parsed : null
               where address is not null
               select new IPEndPoint(address, DnsPort),
        ];

        // What the C library does without any.
        return found.Length > 0 ? found : [new IPEndPoint(IPAddress.Loopback, DnsPort)];
    }
}
