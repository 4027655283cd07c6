using E2B.Transfers;

namespace E2B.Syncing;

/// <summary>Finds what has to be done so that the sandbox's side becomes like the local one.</summary>
internal sealed class SyncComparer
{
    /// <summary>Archives hold times as text made of a floating-point number.</summary>
    private static readonly TimeSpan _tolerance = TimeSpan.FromTicks(20);

    private readonly LocalTree _local;
    private readonly IReadOnlyDictionary<string, TransferEntry> _remote;
    private readonly bool _mirror;
    private readonly bool _whole;
    private readonly IReadOnlySet<string>? _sameContent;
    private readonly HashSet<string> _blocked = new(StringComparer.Ordinal);
    private readonly SyncPlan _plan = new();

    /// <param name="local">What there is here.</param>
    /// <param name="remote">What there is in the sandbox, by relative paths.</param>
    /// <param name="mirror">Whether what is there alone is removed.</param>
    /// <param name="whole">Whether a directory goes with all it holds, and is one change; otherwise each entry is one.</param>
    /// <param name="sameContent">Files whose contents are known to be the same; <see langword="null"/> means that size and time tell.</param>
    private SyncComparer(
        LocalTree local, IReadOnlyDictionary<string, TransferEntry> remote, bool mirror, bool whole, IReadOnlySet<string>? sameContent)
    {
        (_local, _remote, _mirror, _whole, _sameContent) = (local, remote, mirror, whole, sameContent);
    }

    /// <inheritdoc cref="SyncComparer(LocalTree, IReadOnlyDictionary{string, TransferEntry}, bool, bool, IReadOnlySet{string}?)"/>
    public static SyncPlan Compare(
        LocalTree local, IReadOnlyDictionary<string, TransferEntry> remote, bool mirror, bool whole, IReadOnlySet<string>? sameContent)
    {
        var comparer = new SyncComparer(local, remote, mirror, whole, sameContent);
        foreach (TransferEntry entry in local.Entries.Values.Where(static entry => entry.Path.Length > 0))
        {
            comparer.Compare(entry);
        }

        if (mirror)
        {
            comparer.FindExtra();
        }

        return comparer._plan;
    }

    /// <summary>Whether two times are the same, as far as both sides can keep them.</summary>
    internal static bool SameTime(DateTimeOffset local, DateTimeOffset remote)
    {
        // A tool or file system that knows whole seconds only has cut off the rest.
        DateTimeOffset kept = local < DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch : local;
        return (kept - remote).Duration() <= _tolerance
            || (remote.Ticks % TimeSpan.TicksPerSecond == 0 && kept.ToUnixTimeSeconds() == remote.ToUnixTimeSeconds());
    }

    private void Compare(TransferEntry entry)
    {
        if (TransferEntry.ParentOf(entry.Path) is { } parent && _blocked.Contains(parent))
        {
            _blocked.Add(entry.Path);
            return;
        }

        if (!_remote.TryGetValue(entry.Path, out TransferEntry? there))
        {
            Send(entry, SandboxSyncAction.Created);
        }
        else if ((entry.Kind == EntryKind.Directory) != (there.Kind == EntryKind.Directory))
        {
            Replace(entry, there);
        }
        else if (entry.Kind != there.Kind
            || (entry.Kind == EntryKind.Link && entry.LinkTarget != there.LinkTarget)
            || (entry.Kind == EntryKind.File && !IsSameContent(entry, there)))
        {
            Send(entry, SandboxSyncAction.Updated);
        }
        else
        {
            CompareAttributes(entry, there);
        }
    }

    private bool IsSameContent(TransferEntry entry, TransferEntry there) => entry.Size == there.Size
        && (_sameContent?.Contains(entry.Path) ?? SameTime(entry.ModifiedTime, there.ModifiedTime));

    private void CompareAttributes(TransferEntry entry, TransferEntry there)
    {
        // Windows has no modes: what is there stays.
        bool sameMode = entry.Kind == EntryKind.Link || OperatingSystem.IsWindows()
            || (((int)entry.Mode ^ (int)there.Mode) & 0b111_111_111) == 0;
        if (!sameMode)
        {
            _plan.Changes.Add((SandboxSyncAction.Updated, entry));
        }
        else
        {
            _plan.Unchanged++;
        }

        if (entry.Kind != EntryKind.Link && (!sameMode || !SameTime(entry.ModifiedTime, there.ModifiedTime)))
        {
            _plan.Mark[entry.Path] = OperatingSystem.IsWindows() ? entry with { Mode = there.Mode } : entry;
        }
    }

    private void Send(TransferEntry entry, SandboxSyncAction action)
    {
        _plan.Changes.Add((action, entry));
        _plan.Send[entry.Path] = entry;
        for (string? up = TransferEntry.ParentOf(entry.Path); up is { Length: > 0 } && !_plan.Send.ContainsKey(up); up = TransferEntry.ParentOf(up))
        {
            if (_local.Entries.TryGetValue(up, out TransferEntry? directory))
            {
                _plan.Send[up] = directory;
            }
        }
    }

    /// <summary>A directory where a file or link is to be, or the reverse.</summary>
    private void Replace(TransferEntry entry, TransferEntry there)
    {
        if (!_mirror)
        {
            _blocked.Add(entry.Path);
            _plan.Failures.Add(new TransferFailure(entry.Path, new TransferEntryException(
                TransferEntryError.InTheWay,
                entry.Path,
                $"Could not sync '{entry.Path}': {(there.Kind == EntryKind.Directory ? "a directory" : "something that is no directory")} is in its place in the sandbox. "
                + "Remove it there, or let the sync remove what is not here (Mirror, -Mirror in PowerShell).")));
            return;
        }

        _plan.Clear.Add(there);
        _plan.Changes.Add((SandboxSyncAction.Deleted, there));
        Send(entry, SandboxSyncAction.Created);
    }

    /// <summary>What is in the sandbox alone. What could not be looked at here is not known to be missing.</summary>
    private void FindExtra()
    {
        var cleared = _plan.Clear.Select(static entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        foreach (TransferEntry there in _remote.Values.OrderBy(static entry => entry.Path, StringComparer.Ordinal))
        {
            if (there.Path.Length == 0 || _local.Entries.ContainsKey(there.Path) || _local.IsUnknown(there.Path))
            {
                continue;
            }

            string parent = TransferEntry.ParentOf(there.Path)!;
            bool goesAlong = cleared.Contains(parent);
            cleared.Add(there.Path);
            (goesAlong && IsBelow(there.Path, _plan.Clear) ? _plan.Clear : _plan.Remove).Add(there);
            if (!goesAlong || !_whole)
            {
                _plan.Changes.Add((SandboxSyncAction.Deleted, there));
            }

            if (parent.Length > 0 && _local.Entries.TryGetValue(parent, out TransferEntry? directory))
            {
                _plan.Mark[parent] = directory;
            }
        }
    }

    private static bool IsBelow(string path, List<TransferEntry> entries) =>
        entries.Exists(entry => path.StartsWith(entry.Path + "/", StringComparison.Ordinal));
}
