namespace E2B.Syncing;

/// <summary>Passes of a sync as local changes ask for them.</summary>
internal sealed class ContinuousSync(DirectorySync sync) : IDisposable
{
    /// <summary>How often it is looked whether the directory is still there, which not every system tells.</summary>
    private static readonly TimeSpan _lookInterval = TimeSpan.FromSeconds(2);

    /// <summary>How long after a failure that may pass an entry is looked at again, and how often.</summary>
    private static readonly TimeSpan _retryWait = TimeSpan.FromMilliseconds(500);
    private const int MaxRetries = 20;

    /// <summary>The waits after a lost connection; after the last of them it is given up.</summary>
    private static readonly TimeSpan[] _reconnectWaits =
        [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8)];

    private readonly Dictionary<string, int> _retries = new(StringComparer.Ordinal);
    private LocalChanges? _changes;
    private bool _mustCompareAll = true;

    /// <summary>Waits for a pass that does something, or cannot; the first comes whatever it does.</summary>
    public async Task<SandboxSyncResult> NextAsync(CancellationToken cancellationToken)
    {
        if (_changes is null)
        {
            // Before anything is looked at: what changes meanwhile is looked at again.
            _changes = new LocalChanges(sync.LocalPath);
            return Settle(await RunAsync(paths: null, cancellationToken).ConfigureAwait(false));
        }

        while (true)
        {
            IReadOnlyDictionary<string, bool>? paths = await _changes.TakeAsync(_retries.Count > 0 ? _retryWait : _lookInterval, cancellationToken).ConfigureAwait(false);
            if (!Directory.Exists(sync.LocalPath))
            {
                throw new DirectoryNotFoundException($"The directory '{sync.LocalPath}' is gone, so it is not synced any more. What the sandbox has stays.");
            }

            paths = WithRetries(paths);
            if (paths is { Count: 0 })
            {
                continue;
            }

            SandboxSyncResult result = Settle(await RunAsync(paths, cancellationToken).ConfigureAwait(false));
            if (result.Changes.Count + result.Failures.Count + result.Warnings.Count > 0)
            {
                return result;
            }
        }
    }

    public void Dispose() => _changes?.Dispose();

    private Dictionary<string, bool>? WithRetries(IReadOnlyDictionary<string, bool>? paths)
    {
        if (paths is null)
        {
            return null;
        }

        var all = new Dictionary<string, bool>(paths, StringComparer.Ordinal);
        foreach (string path in _retries.Keys)
        {
            all.TryAdd(path, false);
        }

        return all;
    }

    private async Task<SandboxSyncResult> RunAsync(IReadOnlyDictionary<string, bool>? paths, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                bool all = paths is null || _mustCompareAll;
                _mustCompareAll = true;
                SandboxSyncResult result = all
                    ? await sync.RunAsync(cancellationToken).ConfigureAwait(false)
                    : await sync.RunAsync(paths!, cancellationToken).ConfigureAwait(false);
                _mustCompareAll = false;
                return result;
            }
            catch (E2BException e) when (attempt < _reconnectWaits.Length
                && e is E2BUnreachableException or E2BTimeoutException { Kind: E2BTimeoutKind.Request } or E2BRateLimitException)
            {
                await Task.Delay(_reconnectWaits[attempt], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes what may pass out of the failures, to be tried again.</summary>
    private SandboxSyncResult Settle(SandboxSyncResult result)
    {
        var failures = new List<TransferFailure>();
        var again = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (TransferFailure failure in result.Failures)
        {
            int tried = _retries.GetValueOrDefault(failure.Path);
            if (MayPass(failure.Exception) && tried < MaxRetries)
            {
                again[failure.Path] = tried + 1;
            }
            else
            {
                failures.Add(failure);
            }
        }

        _retries.Clear();
        foreach ((string path, int tried) in again)
        {
            _retries[path] = tried;
        }

        return again.Count == 0 ? result : result with { Failures = failures };
    }

    /// <summary>Whether somebody was writing to it, has it open, or has just removed it.</summary>
    private static bool MayPass(Exception failure) => failure is TransferEntryException
    {
        Error: TransferEntryError.Changed,
    }
    or TransferEntryException { Error: TransferEntryError.Failed, InnerException: IOException };
}
