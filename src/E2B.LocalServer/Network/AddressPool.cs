using System.Net;

namespace E2B.LocalServer.Network;

/// <summary>
/// Addresses for sandboxes behind one router. No one outside sees them, so every server has the same ones; they are of
/// a range that sandboxes do not reach anyway. An address that comes back waits longest before it is given again.
/// </summary>
internal sealed class AddressPool
{
    private const uint End = 65_535;
    private static readonly AddressRange _range = AddressRange.Parse("10.211.0.0/16");
    private readonly Queue<IPAddress> _returned = new();
    private uint _next = 1;

    public IPAddress Take()
    {
        lock (_returned)
        {
            return _next < End ? _range.At(_next++)
                : _returned.TryDequeue(out var address) ? address
                : throw new NetworkException("every address for sandboxes is in use");
        }
    }

    public void Return(IPAddress address)
    {
        lock (_returned)
        {
            _returned.Enqueue(address);
        }
    }
}
