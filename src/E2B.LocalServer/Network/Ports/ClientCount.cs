using System.Net;

namespace E2B.LocalServer.Network.Ports;

/// <summary>Counts what each client has under way, so that none takes what is there for all.</summary>
internal sealed class ClientCount(int most)
{
    private readonly Dictionary<IPAddress, int> _counts = [];

    /// <summary>Enters one more of a client's.</summary>
    /// <returns><see langword="false"/> when it has too many.</returns>
    public bool TryEnter(IPAddress client)
    {
        lock (_counts)
        {
            var count = _counts.GetValueOrDefault(client);
            if (count >= most)
            {
                return false;
            }

            _counts[client] = count + 1;
            return true;
        }
    }

    /// <summary>One of those entered is over.</summary>
    public void Leave(IPAddress client)
    {
        lock (_counts)
        {
            if (_counts[client] == 1)
            {
                _counts.Remove(client);
            }
            else
            {
                _counts[client]--;
            }
        }
    }
}
