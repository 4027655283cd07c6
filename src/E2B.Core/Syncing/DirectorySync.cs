using System.Diagnostics;
using E2B.Files;
using E2B.Transfers;
using E2B.Transfers.Local;
using E2B.Transfers.Remote;

namespace E2B.Syncing;

/// <summary>Keeps a directory of a sandbox like a local one: pass by pass, each comparing everything or some paths.</summary>
internal sealed class DirectorySync
{
    private const int HashesAtOnce = 2000;

    private readonly Sandbox _sandbox;
    private readonly string _local;
    private readonly SyncOptions _options;
    private readonly SandboxFileOptions _file;
    private readonly SandboxShell _shell;
    private readonly TransferFilter _filter;
    private string _path;
    private bool _isMissing;

    /// <summary>What the sandbox has, as far as it came from here.</summary>
    private Dictionary<string, TransferEntry> _known = new(StringComparer.Ordinal);

    /// <param name="sandbox">The sandbox.</param>
    /// <param name="local">The local directory.</param>
    /// <param name="path">The directory in the sandbox.</param>
    /// <param name="options">How.</param>
    public DirectorySync(Sandbox sandbox, string local, string path, SyncOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(local);
        (_sandbox, _local, _path, _options) = (sandbox, Path.GetFullPath(local), FileAddress.Require(path), options);
        _file = new SandboxFileOptions { User = options.User, RequestTimeout = options.RequestTimeout };
        _shell = new SandboxShell(sandbox, options.User, options.RequestTimeout);
        _filter = new TransferFilter(options.Include, options.Exclude);
    }

    public string LocalPath => _local;

    /// <summary>A directory goes as a whole only where nothing in it can be anybody else's.</summary>
    private bool RemovesWhole => !_filter.HasInclude && _options.Exclude is not { Count: > 0 };

    /// <summary>What a pass over everything would do.</summary>
    public async Task<IReadOnlyList<SandboxSyncChange>> PlanAsync(CancellationToken cancellationToken)
    {
        (_, _, SyncPlan plan) = await CompareAsync(cancellationToken).ConfigureAwait(false);
        return ToChanges(plan, static _ => true);
    }

    /// <summary>Compares everything and does what is to be done.</summary>
    public async Task<SandboxSyncResult> RunAsync(CancellationToken cancellationToken)
    {
        long startedAt = Stopwatch.GetTimestamp();
        (LocalTree local, IReadOnlyDictionary<string, TransferEntry> remote, SyncPlan plan) = await CompareAsync(cancellationToken).ConfigureAwait(false);
        SandboxSyncResult result = await ApplyAsync(plan, local, startedAt, cancellationToken).ConfigureAwait(false);
        _known = new Dictionary<string, TransferEntry>(local.Entries, StringComparer.Ordinal);
        ForgetFailed(result, remote);
        return result;
    }

    /// <summary>Does what is to be done about some paths, going by what is known of the sandbox from earlier passes.</summary>
    /// <param name="paths">Relative; each with whether what is below it counts too.</param>
    /// <param name="cancellationToken">Gives up. What the sandbox has is then known no more: compare everything.</param>
    public async Task<SandboxSyncResult> RunAsync(IReadOnlyDictionary<string, bool> paths, CancellationToken cancellationToken)
    {
        long startedAt = Stopwatch.GetTimestamp();
        LocalTree local = await Task.Run(() => LocalTree.Read(_local, _filter, paths, _known.ContainsKey, cancellationToken), cancellationToken).ConfigureAwait(false);
        Dictionary<string, TransferEntry> known = KnownAt(paths, local);
        SyncPlan plan = SyncComparer.Compare(local, known, _options.Mirror, RemovesWhole, sameContent: null);
        SandboxSyncResult result = await ApplyAsync(plan, local, startedAt, cancellationToken).ConfigureAwait(false);
        foreach (string path in known.Keys)
        {
            _known.Remove(path);
        }

        foreach ((string path, TransferEntry entry) in local.Entries)
        {
            _known[path] = entry;
        }

        ForgetFailed(result, known);
        return result;
    }

    /// <summary>What is known of these paths, and of what lies below them where that counts or is gone.</summary>
    private Dictionary<string, TransferEntry> KnownAt(IReadOnlyDictionary<string, bool> paths, LocalTree local)
    {
        var known = new Dictionary<string, TransferEntry>(StringComparer.Ordinal);
        foreach (string path in local.Entries.Keys.Concat(paths.Keys))
        {
            if (_known.TryGetValue(path, out TransferEntry? entry))
            {
                known[path] = entry;
            }
        }

        List<string> whole = [.. paths.Where(one => one.Value || local.Entries.GetValueOrDefault(one.Key)?.Kind != EntryKind.Directory)
            .Select(static one => one.Key + "/").Where(prefix => _known.ContainsKey(prefix[..^1]))];
        if (whole.Count > 0)
        {
            foreach ((string path, TransferEntry entry) in _known)
            {
                if (whole.Exists(prefix => path.StartsWith(prefix, StringComparison.Ordinal)))
                {
                    known[path] = entry;
                }
            }
        }

        return known;
    }

    /// <summary>What could not be done is to be seen as different the next time.</summary>
    private void ForgetFailed(SandboxSyncResult result, IReadOnlyDictionary<string, TransferEntry> before)
    {
        foreach (TransferFailure failure in result.Failures)
        {
            if (before.TryGetValue(failure.Path, out TransferEntry? entry))
            {
                _known[failure.Path] = entry;
            }
            else
            {
                _known.Remove(failure.Path);
            }
        }
    }

    private async Task<(LocalTree Local, IReadOnlyDictionary<string, TransferEntry> Remote, SyncPlan Plan)> CompareAsync(CancellationToken cancellationToken)
    {
        Task<LocalTree> reading = Task.Run(() => LocalTree.Read(_local, _filter, cancellationToken), cancellationToken);
        await FindDestinationAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<string, TransferEntry> remote = _isMissing
            ? new Dictionary<string, TransferEntry>()
            : await RemoteTree.ReadAsync(_sandbox, _shell, _path, _file, _filter, cancellationToken).ConfigureAwait(false);
        LocalTree local = await reading.ConfigureAwait(false);
        IReadOnlySet<string>? same = _options.Checksum
            ? await SameContentAsync(local.Entries, remote, cancellationToken).ConfigureAwait(false)
            : null;
        return (local, remote, SyncComparer.Compare(local, remote, _options.Mirror, RemovesWhole, same));
    }

    /// <summary>Makes the destination's path absolute, through a link if it is one.</summary>
    private async Task FindDestinationAsync(CancellationToken cancellationToken)
    {
        _path = PosixPath.Clean(await _sandbox.Files.ToAbsoluteAsync(_path, _file, cancellationToken).ConfigureAwait(false));
        SandboxEntry? there = await TryGetInfoAsync(_path, cancellationToken).ConfigureAwait(false);
        if (there?.SymlinkTarget is { } target)
        {
            there = await TryGetInfoAsync(target, cancellationToken).ConfigureAwait(false) ?? there;
        }

        if (there is { } found && (!found.IsDirectory || found.SymlinkTarget is not null))
        {
            throw new E2BInvalidArgumentException($"'{_path}' in the sandbox {_sandbox.SandboxId} is no directory, so nothing can be synced into it. Name another destination.")
            {
                SandboxId = _sandbox.SandboxId,
            };
        }

        _isMissing = there is null;
        _path = there is null ? _path : PosixPath.Clean(there.FullName);
        if (_options.Mirror && _path == "/")
        {
            throw new E2BInvalidArgumentException(
                "A mirror of '/' would remove the whole sandbox. Name the directory in it that is to become like the local one.")
            {
                SandboxId = _sandbox.SandboxId,
            };
        }
    }

    private async Task<SandboxEntry?> TryGetInfoAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await _sandbox.Files.GetInfoAsync(path, _file, cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxFileNotFoundException)
        {
            return null;
        }
    }

    private async Task<IReadOnlySet<string>> SameContentAsync(
        IReadOnlyDictionary<string, TransferEntry> local, IReadOnlyDictionary<string, TransferEntry> remote, CancellationToken cancellationToken)
    {
        var same = new HashSet<string>(StringComparer.Ordinal);
        IEnumerable<TransferEntry> candidates = local.Values.Where(entry => entry.Kind == EntryKind.File
            && remote.TryGetValue(entry.Path, out TransferEntry? there) && there.Kind == EntryKind.File && there.Size == entry.Size);
        foreach (TransferEntry[] some in candidates.Chunk(HashesAtOnce))
        {
            Task<IReadOnlyDictionary<string, string>> here = LocalHashes.OfAsync(some.Select(static entry => (entry.Path, entry.SourcePath)), cancellationToken);
            IReadOnlyDictionary<string, string> there = await SandboxHashes.OfAsync(
                _shell, some.Select(entry => (entry.Path, remote[entry.Path].SourcePath)).ToArray(), cancellationToken).ConfigureAwait(false);
            foreach ((string path, string hash) in await here.ConfigureAwait(false))
            {
                if (string.Equals(hash, there.GetValueOrDefault(path), StringComparison.OrdinalIgnoreCase))
                {
                    same.Add(path);
                }
            }
        }

        return same;
    }

    private async Task<SandboxSyncResult> ApplyAsync(SyncPlan plan, LocalTree local, long startedAt, CancellationToken cancellationToken)
    {
        var failures = new List<TransferFailure>(local.Failures.Concat(plan.Failures));
        var kept = new HashSet<string>(StringComparer.Ordinal);
        await RemoveAsync(plan.Clear, failures, kept, cancellationToken).ConfigureAwait(false);
        TransferResult? sent = null;
        if (plan.Send.Count > 0 || _isMissing)
        {
            sent = await SendAsync(plan, cancellationToken).ConfigureAwait(false);
            failures.AddRange(sent.Failures);
            (_path, _isMissing) = (sent.Destination, false);
        }

        await RemoveAsync(plan.Remove, failures, kept, cancellationToken).ConfigureAwait(false);
        await MarkAsync(plan, cancellationToken).ConfigureAwait(false);
        kept.UnionWith(failures.Select(static failure => failure.Path));
        return new SandboxSyncResult
        {
            SandboxId = _sandbox.SandboxId,
            LocalPath = _local,
            Destination = _path,
            Unchanged = plan.Unchanged,
            Bytes = sent?.Bytes ?? 0,
            Duration = Stopwatch.GetElapsedTime(startedAt),
            Time = _sandbox.Daemon.Clock.GetLocalNow(),
            Changes = ToChanges(plan, path => !kept.Contains(path)),
            Failures = failures,
            Warnings = sent?.Warnings ?? [],
        };
    }

    private Task<TransferResult> SendAsync(SyncPlan plan, CancellationToken cancellationToken)
    {
        IEnumerable<string> paths = _isMissing ? plan.Send.Keys.Prepend(string.Empty) : plan.Send.Keys;
        var options = new TransferOptions { User = _options.User, RequestTimeout = _options.RequestTimeout, Progress = _options.Progress };
        return _sandbox.Files.UploadAsync(_local, paths, _path, options, cancellationToken);
    }

    private async Task RemoveAsync(
        List<TransferEntry> entries, List<TransferFailure> failures, HashSet<string> kept, CancellationToken cancellationToken)
    {
        bool whole = RemovesWhole;
        List<TransferEntry> named = whole ? [.. TopOf(entries)] : entries;
        if (named.Count == 0)
        {
            return;
        }

        foreach (string path in await RemoteRemoval.RunAsync(_shell, _path, named, whole, cancellationToken).ConfigureAwait(false))
        {
            if (!whole && entries.Exists(entry => entry.Path == path && entry.Kind == EntryKind.Directory))
            {
                // It holds what the sync leaves alone.
                kept.Add(path);
                continue;
            }

            failures.Add(new TransferFailure(path, new TransferEntryException(
                TransferEntryError.Failed, path, $"Could not remove '{path}' from '{_path}' in the sandbox {_sandbox.SandboxId}.")
            {
                SandboxId = _sandbox.SandboxId,
            }));
        }
    }

    private static IEnumerable<TransferEntry> TopOf(List<TransferEntry> entries)
    {
        var all = entries.Select(static entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        return entries.Where(entry => !all.Contains(TransferEntry.ParentOf(entry.Path)!));
    }

    private async Task MarkAsync(SyncPlan plan, CancellationToken cancellationToken)
    {
        var marks = new MarkList();
        foreach (TransferEntry entry in plan.Mark.Values)
        {
            marks.Attributes(entry, entry.Path);
        }

        if (!marks.IsEmpty)
        {
            CommandResult result = await _shell.FeedAsync(SandboxScripts.Mark, [_path], marks.ToBytes(), cancellationToken).ConfigureAwait(false);
            if (!result.Succeeded)
            {
                throw RemoteErrors.Of(_sandbox, _path, "set modes and times in", result);
            }
        }
    }

    private List<SandboxSyncChange> ToChanges(SyncPlan plan, Func<string, bool> isDone)
    {
        string prefix = _path.TrimEnd('/') + "/";
        return [.. plan.Changes.Where(change => isDone(change.Entry.Path)).Select(change => new SandboxSyncChange
        {
            SandboxId = _sandbox.SandboxId,
            Action = change.Action,
            FullName = prefix + change.Entry.Path,
            Name = change.Entry.Path,
            Type = change.Entry.Kind switch
            {
                EntryKind.File => SandboxEntryType.File,
                EntryKind.Link => SandboxEntryType.SymbolicLink,
                _ => SandboxEntryType.Directory,
            },
            Size = change.Entry.Kind == EntryKind.File && change.Action != SandboxSyncAction.Deleted ? change.Entry.Size : 0,
        })];
    }
}
