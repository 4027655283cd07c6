using System.Text.Json;
using E2B.LocalServer.Native;

namespace E2B.LocalServer.Network;

/// <summary>
/// Lets the host pass packets on that come in where its default route leads: the answers to what sandboxes ask. Where
/// that was off it is switched on for those interfaces alone, and off again when the last server ends.
/// </summary>
internal sealed class Forwarding(string directory, NetworkNamespace host) : IDisposable
{
    private const int MostAttempts = 100;
    private readonly Dictionary<string, FileStream> _opened = [];

    /// <summary>The interfaces on which it was off before the first server of this machine.</summary>
    public IReadOnlyCollection<string> Opened => _opened.Keys;

    /// <summary>Looks at the routes and switches on what is off.</summary>
    /// <returns>Whether anything changed.</returns>
    public async Task<bool> RefreshAsync()
    {
        var before = _opened.Count;
        Directory.CreateDirectory(directory);
        using var routes = JsonDocument.Parse(await NetworkTool.AskIpAsync(host, "-4", "-json", "route", "show", "default"));
        foreach (var route in routes.RootElement.EnumerateArray())
        {
            if (route.TryGetProperty("dev", out var device) && !_opened.ContainsKey(device.GetString()!))
            {
                Open(device.GetString()!);
            }
        }

        return _opened.Count != before;
    }

    public void Dispose()
    {
        foreach (var (device, claim) in _opened)
        {
            claim.Dispose();
            Close(device);
        }

        _opened.Clear();
    }

    /// <summary>Switches it on or off for one interface.</summary>
    public static void Set(NetworkNamespace host, string device, bool on) =>
        host.Run(() => NetworkSettings.Set(Setting(device), on ? "1" : "0"));

    private static string Setting(string device) => $"ipv4/conf/{device}/forwarding";

    private string Marker(string device) => Path.Combine(directory, device);

    // A marker says that it was off; each server that needs it shares a lock on the marker, which the system drops when
    // the server dies.
    private void Open(string device)
    {
        var marker = Marker(device);
        if (!File.Exists(marker) && host.Run(() => NetworkSettings.Get(Setting(device))) == "1")
        {
            return;
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                File.OpenHandle(marker, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
                var claim = new FileStream(marker, FileMode.Open, FileAccess.Read, FileShare.Read);
                if (File.Exists(marker))
                {
                    Set(host, device, on: true);
                    _opened[device] = claim;
                    return;
                }

                claim.Dispose();
            }
            catch (IOException) when (attempt < MostAttempts)
            {
                // Another server is closing it at this moment.
                Thread.Sleep(5);
            }
        }
    }

    private void Close(string device)
    {
        try
        {
            using var last = new FileStream(Marker(device), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            host.Run(() => NetworkSettings.Set(Setting(device), "0"));
            File.Delete(Marker(device));
        }
        catch (IOException)
        {
            // Another server needs it still, or has dealt with it.
        }
    }
}
