using System.Globalization;
using System.Net;
using System.Text.Json;
using E2B.LocalServer.Native;

namespace E2B.LocalServer.Network;

/// <summary>
/// Four addresses for the link between the host and a server's router, and a number for what that link is called.
/// They are claimed by a lock on a file, which the system drops when the server dies; no two servers of a machine
/// have the same, and no route of the host leads to them.
/// </summary>
internal sealed class UplinkClaim : IDisposable
{
    private const int LinksInRange = 256;

    // Corners of the private ranges that hardly anybody uses. The host's routes have the last word.
    private static readonly AddressRange[] _ranges =
        [.. ((string[])["10.213.64.0/22", "172.29.212.0/22", "192.168.236.0/22", "100.115.212.0/22"]).Select(AddressRange.Parse)];

    private readonly FileStream _lock;

    private UplinkClaim(FileStream @lock, int number)
    {
        _lock = @lock;
        Number = number;
        Link = LinkOf(number);
    }

    public int Number { get; }

    /// <summary>The four addresses.</summary>
    public AddressRange Link { get; }

    public IPAddress HostAddress => Link.At(1);

    public IPAddress RouterAddress => Link.At(2);

    /// <summary>The host's end of the link.</summary>
    public string Interface => InterfaceOf(Number);

    /// <summary>The server's table of rules on the host.</summary>
    public string Table => TableOf(Number);

    /// <summary>Takes the first link that is neither claimed nor in use.</summary>
    public static async Task<UplinkClaim> TakeAsync(string directory, NetworkNamespace host)
    {
        var used = await UsedAsync(host);
        Directory.CreateDirectory(directory);
        for (var number = 0; number < _ranges.Length * LinksInRange; number++)
        {
            if (used.Any(LinkOf(number).Overlaps))
            {
                continue;
            }

            if (TryLock(Path.Combine(directory, Name(number))) is { } @lock)
            {
                return new UplinkClaim(@lock, number);
            }
        }

        throw new NetworkException("every address that could join sandboxes to this machine is in use");
    }

    /// <summary>Takes what servers that ended have claimed, so that what they left can be removed.</summary>
    public static IReadOnlyList<UplinkClaim> TakeLeft(string directory) => Directory.Exists(directory)
        ?
        [
            .. from file in Directory.EnumerateFiles(directory)
               let number = int.TryParse(Path.GetFileName(file), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1
               where number >= 0
               let @lock = TryLock(file)
               where @lock is not null
               select new UplinkClaim(@lock, number),
        ]
        : [];

    /// <summary>Gives the claim up. Its file stays: deleting it would let two servers hold one name by two files.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream? TryLock(string path)
    {
        try
        {
            // FileShare.None is an flock without waiting.
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null; // a living server's
        }
    }

    private static async Task<List<AddressRange>> UsedAsync(NetworkNamespace host)
    {
        var used = new List<AddressRange>();
        using var routes = JsonDocument.Parse(await NetworkTool.AskIpAsync(host, "-4", "-json", "route", "show", "table", "all"));
        foreach (var route in routes.RootElement.EnumerateArray())
        {
            // The default route ("default", 0.0.0.0/0) leads everywhere and so says nothing; halves of it (VPNs) neither.
            if (AddressRange.TryParse(route.GetProperty("dst").GetString()!, out var range) && range.Bits > 1)
            {
                used.Add(range);
            }
        }

        return used;
    }

    private static AddressRange LinkOf(int number) =>
        AddressRange.Parse($"{_ranges[number / LinksInRange].At((uint)(number % LinksInRange) * 4)}/30");

    private static string Name(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string InterfaceOf(int number) => "e2b" + Name(number);

    private static string TableOf(int number) => "e2b_local_" + Name(number);
}
