using E2B.Transfers;
using E2B.Transfers.Local;

namespace E2B.Syncing;

/// <summary>What there is in the local directory, or in the parts of it that were asked about.</summary>
internal sealed class LocalTree
{
    private static readonly EnumerationOptions _everything = new() { AttributesToSkip = 0, MatchType = MatchType.Simple, ReturnSpecialDirectories = false };

    private readonly string _root;
    private readonly TransferFilter _filter;
    private readonly SortedDictionary<string, TransferEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _unknown = [];
    private readonly List<TransferFailure> _failures = [];

    private LocalTree(string root, TransferFilter filter) => (_root, _filter) = (root, filter);

    /// <summary>By relative paths, so that directories come before what they hold.</summary>
    public IReadOnlyDictionary<string, TransferEntry> Entries => _entries;

    /// <summary>What could not be looked at.</summary>
    public IReadOnlyList<TransferFailure> Failures => _failures;

    /// <summary>Looks at everything.</summary>
    /// <exception cref="IOException">The directory is not there, or cannot be read.</exception>
    public static LocalTree Read(string root, TransferFilter filter, CancellationToken cancellationToken)
    {
        var tree = new LocalTree(root, filter);
        var directory = new DirectoryInfo(root);

        // What cannot be read must not look like an empty directory: a mirror would become empty too.
        _ = directory.EnumerateFileSystemInfos("*", _everything).Any();
        tree._entries[string.Empty] = LocalEntries.Directory(directory, string.Empty);
        tree.AddContent(directory, string.Empty, cancellationToken);
        return tree;
    }

    /// <summary>Looks at some paths, whether they are there or not, and at the directories on the way to them.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="filter">What counts.</param>
    /// <param name="paths">Relative; each with whether what is below it counts too.</param>
    /// <param name="isKnown">Whether the sandbox has a path already: then a directory counts though nothing in it may be wanted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static LocalTree Read(
        string root, TransferFilter filter, IReadOnlyDictionary<string, bool> paths, Func<string, bool> isKnown, CancellationToken cancellationToken)
    {
        var tree = new LocalTree(root, filter);
        foreach ((string path, bool whole) in paths)
        {
            tree.AddPath(path, whole, cancellationToken);
        }

        if (filter.HasInclude)
        {
            tree.Prune(isKnown);
        }

        return tree;
    }

    /// <summary>Whether a path lies where nobody could look.</summary>
    public bool IsUnknown(string path) => _unknown.Exists(known =>
        known.Length == 0 || path == known || path.StartsWith(known + "/", StringComparison.Ordinal));

    /// <summary>Takes out directories in which nothing is wanted.</summary>
    private void Prune(Func<string, bool> isKnown)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (TransferEntry leaf in _entries.Values.Where(static entry => entry.Kind != EntryKind.Directory))
        {
            for (string? up = TransferEntry.ParentOf(leaf.Path); up is not null && needed.Add(up); up = TransferEntry.ParentOf(up))
            {
            }
        }

        foreach (string path in _entries.Values
            .Where(entry => entry.Kind == EntryKind.Directory && !needed.Contains(entry.Path) && !isKnown(entry.Path))
            .Select(static entry => entry.Path).ToList())
        {
            _entries.Remove(path);
        }
    }

    private void AddPath(string path, bool whole, CancellationToken cancellationToken)
    {
        // Links on the way are links there as well, and what is behind them is no part of this.
        var ancestors = new List<string>();
        for (string? up = TransferEntry.ParentOf(path); up is { Length: > 0 }; up = TransferEntry.ParentOf(up))
        {
            ancestors.Insert(0, up);
        }

        foreach (string ancestor in ancestors)
        {
            if (_filter.Excludes(ancestor) || !AddOne(ancestor, out DirectoryInfo? directory) || directory is null)
            {
                return;
            }
        }

        if (!_filter.Excludes(path) && AddOne(path, out DirectoryInfo? changed) && changed is not null && whole)
        {
            AddContent(changed, path, cancellationToken);
        }
    }

    /// <summary>Adds an entry alone, if it is there and wanted.</summary>
    /// <returns>Whether it is there.</returns>
    private bool AddOne(string path, out DirectoryInfo? directory)
    {
        directory = null;
        string full = Path.Combine(_root, path);
        FileSystemInfo info = new FileInfo(full);
        if (info is { Exists: false, LinkTarget: null })
        {
            info = new DirectoryInfo(full);
            if (!info.Exists)
            {
                RequireMissing(path, full);
                return false;
            }
        }

        if (info.LinkTarget is null && info.Attributes.HasFlag(FileAttributes.Directory))
        {
            directory = info as DirectoryInfo ?? new DirectoryInfo(full);
            _entries[path] = LocalEntries.Directory(directory, path);
        }
        else if (_filter.Includes(path))
        {
            AddLeaf(info, path);
        }

        return true;
    }

    /// <summary>.NET says of what it may not look at that it is not there. A mirror must not take that for removed.</summary>
    private void RequireMissing(string path, string full)
    {
        try
        {
            File.GetAttributes(full);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // It is really not there.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(path, full, e);
        }
    }

    private void AddContent(DirectoryInfo directory, string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            foreach (FileSystemInfo info in directory.EnumerateFileSystemInfos("*", _everything))
            {
                string below = TransferEntry.Join(path, info.Name);
                if (_filter.Excludes(below))
                {
                    continue;
                }

                if (info is DirectoryInfo child && info.LinkTarget is null)
                {
                    int before = _entries.Count;
                    _entries[below] = LocalEntries.Directory(child, below);
                    AddContent(child, below, cancellationToken);
                    if (_filter.HasInclude && _entries.Count == before + 1)
                    {
                        // Nothing in it is wanted.
                        _entries.Remove(below);
                    }
                }
                else if (_filter.Includes(below))
                {
                    AddLeaf(info, below);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // It went while it was looked at.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(path, directory.FullName, e);
        }
    }

    private void AddLeaf(FileSystemInfo info, string path)
    {
        try
        {
            if (LocalEntries.Leaf(info, path) is { } entry)
            {
                _entries[path] = entry;
                return;
            }

            _unknown.Add(path);
            _failures.Add(new TransferFailure(path, new TransferEntryException(
                TransferEntryError.Special, info.FullName, $"Could not sync '{info.FullName}': it is a pipe, socket or device, and these are not copied.")));
        }
        catch (FileNotFoundException)
        {
            // It went while it was looked at.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(path, info.FullName, e);
        }
    }

    private void Fail(string path, string full, Exception cause)
    {
        _unknown.Add(path);
        _failures.Add(new TransferFailure(path, new TransferEntryException(TransferEntryError.Failed, full, $"Could not read '{full}': {cause.Message}", cause)));
    }
}
