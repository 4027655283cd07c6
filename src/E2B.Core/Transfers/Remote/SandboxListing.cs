namespace E2B.Transfers.Remote;

/// <summary>What there is in a sandbox, as a copy needs it.</summary>
internal sealed class SandboxListing(Sandbox sandbox, SandboxFileOptions options, TransferFilter filter, bool recurse)
{
    // More levels than a path can have.
    private const int AllLevels = 4096;

    private readonly List<TransferEntry> _found = [];

    /// <summary>
    /// A mode without what would let a program act for its owner, or a group: whoever owns the copy, that is for them to
    /// say, and not for a sandbox.
    /// </summary>
    public static UnixFileMode TrustedMode(UnixFileMode mode) => mode & (UnixFileMode)0b001_111_111_111;

    public async Task<IReadOnlyList<TransferEntry>> ReadAsync(IReadOnlyList<RemoteRoot> roots, TransferReport report, CancellationToken cancellationToken)
    {
        foreach (RemoteRoot root in roots)
        {
            SandboxEntry info;
            try
            {
                info = await sandbox.Files.GetInfoAsync(root.SandboxPath, options, cancellationToken).ConfigureAwait(false);
            }
            catch (SandboxFileNotFoundException e)
            {
                report.Fail(root.Path, e);
                continue;
            }

            if (info is { IsDirectory: true, SymlinkTarget: null })
            {
                await AddTreeAsync(root, info, report, cancellationToken).ConfigureAwait(false);
            }
            else if (!filter.Excludes(info.Name) && filter.Includes(info.Name))
            {
                Add(info, root.Path, report);
            }
        }

        return _found;
    }

    private async Task AddTreeAsync(RemoteRoot root, SandboxEntry info, TransferReport report, CancellationToken cancellationToken)
    {
        if (!recurse)
        {
            report.Fail(root.Path, new TransferEntryException(
                TransferEntryError.Directory,
                root.SandboxPath,
                $"Could not copy '{root.SandboxPath}': it is a directory in the sandbox {sandbox.SandboxId}. Say that all it holds is meant: Recurse (-Recurse in PowerShell)."));
            return;
        }

        string prefix = info.FullName.EndsWith('/') ? info.FullName : info.FullName + "/";
        IReadOnlyList<SandboxEntry> entries = await ListAsync(info.FullName, prefix, root, report, cancellationToken).ConfigureAwait(false);
        var below = new List<(string Relative, SandboxEntry Entry)>(entries.Count);
        foreach (SandboxEntry entry in entries)
        {
            if (entry.FullName.StartsWith(prefix, StringComparison.Ordinal))
            {
                below.Add((entry.FullName[prefix.Length..], entry));
            }
            else
            {
                report.Fail(entry.FullName, new TransferEntryException(
                    TransferEntryError.Unsafe, entry.FullName, $"Could not copy '{entry.FullName}': the listing of '{info.FullName}' holds it, and it is not below that."));
            }
        }

        Add(info, root.Path, report);
        AddWanted(root, below, report);
    }

    /// <summary>Adds what the filter wants, and the directories that it needs.</summary>
    private void AddWanted(RemoteRoot root, List<(string Relative, SandboxEntry Entry)> below, TransferReport report)
    {
        // In this order a directory comes before what it holds.
        below.Sort(static (a, b) => string.CompareOrdinal(a.Relative, b.Relative));
        var excluded = new HashSet<string>(StringComparer.Ordinal);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string relative, SandboxEntry entry) in below)
        {
            bool isDirectory = entry is { IsDirectory: true, SymlinkTarget: null };
            if ((TransferEntry.ParentOf(relative) is { } parent && excluded.Contains(parent)) || filter.Excludes(relative))
            {
                excluded.Add(relative);
            }
            else if (filter.HasInclude && !isDirectory && filter.Includes(relative))
            {
                for (string? up = TransferEntry.ParentOf(relative); up is not null && needed.Add(up); up = TransferEntry.ParentOf(up))
                {
                }
            }
        }

        foreach ((string relative, SandboxEntry entry) in below)
        {
            bool isDirectory = entry is { IsDirectory: true, SymlinkTarget: null };
            bool wanted = !excluded.Contains(relative) && (!filter.HasInclude || (isDirectory ? needed.Contains(relative) : filter.Includes(relative)));
            if (wanted)
            {
                // An empty name would be taken for the root, which is there already.
                Add(entry, relative.Length > 0 ? TransferEntry.Join(root.Path, relative) : root.Path + "/", report);
            }
        }
    }

    /// <summary>Everything below a directory: by one request, or where that fails by one for each directory.</summary>
    private async Task<IReadOnlyList<SandboxEntry>> ListAsync(
        string path, string prefix, RemoteRoot root, TransferReport report, CancellationToken cancellationToken)
    {
        try
        {
            return await sandbox.Files.ListAsync(path, AllLevels, options, cancellationToken).ConfigureAwait(false);
        }
        catch (E2BException e) when (e.GetType() == typeof(E2BException) || e is E2BProtocolException)
        {
            // One directory cannot be read, or there is more than one answer may hold.
        }

        var all = new List<SandboxEntry>();
        var left = new Stack<string>(new[] { path });
        while (left.TryPop(out string? directory))
        {
            try
            {
                foreach (SandboxEntry entry in await sandbox.Files.ListAsync(directory, 1, options, cancellationToken).ConfigureAwait(false))
                {
                    all.Add(entry);
                    string within = directory.EndsWith('/') ? directory : directory + "/";
                    if (entry is { IsDirectory: true, SymlinkTarget: null } && entry.FullName.StartsWith(within, StringComparison.Ordinal) && entry.FullName.Length > within.Length)
                    {
                        left.Push(entry.FullName);
                    }
                }
            }
            catch (E2BException e) when (e.GetType() == typeof(E2BException) || e is E2BProtocolException or SandboxFileNotFoundException)
            {
                string relative = directory.Length > prefix.Length ? directory[prefix.Length..] : string.Empty;
                report.Fail(TransferEntry.Join(root.Path, relative), new TransferEntryException(
                    TransferEntryError.Failed, directory, $"Could not list '{directory}': {e.Message}", e));
            }
        }

        return all;
    }

    private void Add(SandboxEntry info, string path, TransferReport report)
    {
        EntryKind? kind = info switch
        {
            { SymlinkTarget: not null } => EntryKind.Link,
            { Type: SandboxEntryType.Directory } => EntryKind.Directory,
            { Type: SandboxEntryType.File } => EntryKind.File,
            { Type: SandboxEntryType.SymbolicLink } => EntryKind.Link,
            _ => null,
        };
        if (kind is null)
        {
            report.Fail(path, new TransferEntryException(
                TransferEntryError.Special, info.FullName, $"Could not copy '{info.FullName}': it is a pipe, socket or device, and these are not copied."));
            return;
        }

        _found.Add(new TransferEntry(path, kind.Value)
        {
            SourcePath = info.FullName,
            Size = kind == EntryKind.File ? info.Size : 0,
            Mode = TrustedMode((UnixFileMode)info.Mode | (info.Permissions is { Length: > 9 } shown && shown[..^9].Contains('t', StringComparison.Ordinal) ? UnixFileMode.StickyBit : 0)),
            ModifiedTime = info.ModifiedTime ?? DateTimeOffset.UtcNow,
        });
    }
}
