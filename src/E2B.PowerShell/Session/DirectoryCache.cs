namespace E2B.PowerShell.Session;

/// <summary>Listings of directories that were asked for a moment ago.</summary>
internal sealed class DirectoryCache
{
    private const int Capacity = 64;

    private readonly Dictionary<(string SandboxId, string? User, string Directory), (long At, IReadOnlyList<SandboxEntry> Entries)> _listings = [];

    /// <summary>The listing, if it is younger than <paramref name="age"/>; else a new one. A failure is not kept.</summary>
    public IReadOnlyList<SandboxEntry> GetOrAdd(
        (string SandboxId, string? User, string Directory) key,
        TimeSpan age,
        Func<(string SandboxId, string? User, string Directory), IReadOnlyList<SandboxEntry>> ask)
    {
        long now = Environment.TickCount64;
        lock (_listings)
        {
            if (_listings.TryGetValue(key, out var known) && now - known.At < age.TotalMilliseconds)
            {
                return known.Entries;
            }
        }

        IReadOnlyList<SandboxEntry> entries = ask(key);
        lock (_listings)
        {
            if (_listings.Count >= Capacity)
            {
                _listings.Clear();
            }

            _listings[key] = (now, entries);
        }

        return entries;
    }
}
