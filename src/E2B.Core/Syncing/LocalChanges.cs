namespace E2B.Syncing;

/// <summary>What has changed below a local directory, gathered until it is quiet.</summary>
internal sealed class LocalChanges : IDisposable
{
    private static readonly TimeSpan _quiet = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly string _root;
    private readonly FileSystemWatcher _watcher;
    private readonly SemaphoreSlim _signal = new(0, 1);
    private Dictionary<string, bool> _paths = new(StringComparer.Ordinal);
    private bool _everything;
    private long _count;

    /// <summary>Watches from now on.</summary>
    /// <exception cref="IOException">The system does not let it.</exception>
    public LocalChanges(string root)
    {
        _root = root;
        _watcher = new FileSystemWatcher(root)
        {
            IncludeSubdirectories = true,
            InternalBufferSize = 64 * 1024,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.Attributes,
        };
        _watcher.Created += (_, change) => Add(change.FullPath, whole: true);
        _watcher.Deleted += (_, change) => Add(change.FullPath, whole: true);
        _watcher.Changed += (_, change) => Add(change.FullPath, whole: false);
        _watcher.Renamed += (_, change) =>
        {
            Add(change.OldFullPath, whole: true);
            Add(change.FullPath, whole: true);
        };
        _watcher.Error += (_, _) => AddEverything();
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Something to look at again.</summary>
    public void Add(string path, bool whole, bool isRelative = false)
    {
        string relative = isRelative ? path : Path.GetRelativePath(_root, path);
        if (OperatingSystem.IsWindows())
        {
            relative = relative.Replace('\\', '/');
        }

        if (relative is "." or "" || relative.StartsWith("../", StringComparison.Ordinal))
        {
            return;
        }

        lock (_gate)
        {
            _paths[relative] = whole || _paths.GetValueOrDefault(relative);
            Note();
        }
    }

    /// <summary>Nobody knows what has changed.</summary>
    public void AddEverything()
    {
        lock (_gate)
        {
            _everything = true;
            Note();
        }
    }

    /// <summary>Waits for changes and gathers them until it is quiet.</summary>
    /// <param name="limit">How long to wait for the first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Relative paths, each with whether what is below it counts too; <see langword="null"/> when everything has to be looked at. Empty when nothing came.</returns>
    public async Task<IReadOnlyDictionary<string, bool>?> TakeAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (!await _signal.WaitAsync(limit, cancellationToken).ConfigureAwait(false))
        {
            return new Dictionary<string, bool>();
        }

        for (TimeSpan waited = TimeSpan.Zero; waited < _longest; waited += _quiet)
        {
            long before = Volatile.Read(ref _count);
            await Task.Delay(_quiet, cancellationToken).ConfigureAwait(false);
            if (Volatile.Read(ref _count) == before)
            {
                break;
            }
        }

        lock (_gate)
        {
            (Dictionary<string, bool> paths, bool everything) = (_paths, _everything);
            (_paths, _everything) = (new Dictionary<string, bool>(StringComparer.Ordinal), false);
            _signal.Wait(0, CancellationToken.None);
            return everything ? null : paths;
        }
    }

    public void Dispose()
    {
        _watcher.Dispose();
        _signal.Dispose();
    }

    private void Note()
    {
        _count++;
        if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }
}
