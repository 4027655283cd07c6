using System.Runtime.CompilerServices;

namespace E2B.Transfers.Local;

/// <summary>Local files and trees: one root each, or chosen paths below a directory.</summary>
internal sealed class LocalSource(IReadOnlyList<LocalRoot> roots, TransferFilter filter, bool recurse) : ITransferSource
{
    // What the system cannot be asked about, Windows' rights for one, is as programs there would make it.
    private static readonly EnumerationOptions _everything = new() { AttributesToSkip = 0, MatchType = MatchType.Simple, ReturnSpecialDirectories = false };

    public Task<IReadOnlyList<TransferEntry>> ListAsync(TransferReport report, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var found = new List<TransferEntry>();
            foreach (LocalRoot root in roots)
            {
                AddRoot(root, found, report, cancellationToken);
            }

            return (IReadOnlyList<TransferEntry>)found;
        },
        cancellationToken);

    public async IAsyncEnumerable<BulkItem> ReadBulkAsync(
        IReadOnlyList<TransferEntry> entries, TransferReport report, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[TransferPlan.LargeFrom + 1];
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (TransferEntry entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length = 0;
            if (entry.Kind == EntryKind.File)
            {
                try
                {
                    length = ReadSmall(entry, buffer);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or TransferEntryException)
                {
                    report.Fail(entry.Path, LocalErrors.Reading(entry, e));
                    continue;
                }
            }

            yield return new BulkItem(entry, buffer.AsMemory(0, length));
        }
    }

    public Task<Stream> OpenAsync(TransferEntry entry, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream>(new SteadyFileStream(entry, offset));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.Reading(entry, e);
        }
    }

    public Task<IReadOnlyDictionary<string, string>> HashAsync(IReadOnlyList<TransferEntry> entries, CancellationToken cancellationToken) =>
        LocalHashes.OfAsync(entries.Select(static entry => (entry.Path, entry.SourcePath)), cancellationToken);

    private static int ReadSmall(TransferEntry entry, byte[] buffer)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(
            entry.SourcePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        int length = 0;
        int read;
        while (length < buffer.Length && (read = RandomAccess.Read(file, buffer.AsSpan(length), length)) > 0)
        {
            length += read;
        }

        return length == entry.Size && File.GetLastWriteTimeUtc(file) == entry.ModifiedTime.UtcDateTime ? length : throw LocalErrors.Changed(entry);
    }

    private void AddRoot(LocalRoot root, List<TransferEntry> found, TransferReport report, CancellationToken cancellationToken)
    {
        FileSystemInfo info = new FileInfo(root.LocalPath) is { Exists: true } or { LinkTarget: not null }
            ? new FileInfo(root.LocalPath)
            : new DirectoryInfo(root.LocalPath);
        if (!info.Exists && info.LinkTarget is null)
        {
            report.Fail(root.Path, new TransferEntryException(
                TransferEntryError.Failed, root.LocalPath, $"Could not copy '{root.LocalPath}': there is no such file or directory.", new FileNotFoundException(null, root.LocalPath)));
            return;
        }

        if (info.LinkTarget is null && info.Attributes.HasFlag(FileAttributes.Directory))
        {
            if (root.Alone)
            {
                found.Add(LocalEntries.Directory(info, root.Path));
                return;
            }

            if (!recurse)
            {
                report.Fail(root.Path, new TransferEntryException(
                    TransferEntryError.Directory,
                    root.LocalPath,
                    $"Could not copy '{root.LocalPath}': it is a directory. Say that all it holds is meant: Recurse (-Recurse in PowerShell)."));
                return;
            }

            AddDirectory((DirectoryInfo)(info as DirectoryInfo ?? new DirectoryInfo(root.LocalPath)), root.Path, root.Path.Length, found, report, cancellationToken);
            return;
        }

        string name = Path.GetFileName(root.LocalPath);
        if (!filter.Excludes(name) && filter.Includes(name))
        {
            AddLeaf(info, root.Path, found, report);
        }
    }

    /// <summary>Adds a directory and what is below it.</summary>
    /// <returns>Whether anything was added below it.</returns>
    private bool AddDirectory(
        DirectoryInfo directory, string path, int rootLength, List<TransferEntry> found, TransferReport report, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int place = found.Count;
        found.Add(LocalEntries.Directory(directory, path));
        try
        {
            foreach (FileSystemInfo info in directory.EnumerateFileSystemInfos("*", _everything).OrderBy(static info => info.Name, StringComparer.Ordinal))
            {
                string below = TransferEntry.Join(path, info.Name);
                string relative = below[(rootLength == 0 ? 0 : rootLength + 1)..];
                if (filter.Excludes(relative))
                {
                    continue;
                }

                if (info is DirectoryInfo child && info.LinkTarget is null)
                {
                    AddDirectory(child, below, rootLength, found, report, cancellationToken);
                }
                else if (filter.Includes(relative))
                {
                    AddLeaf(info, below, found, report);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report.Fail(path, LocalErrors.Reading(found[place], e));
        }

        bool any = found.Count > place + 1;
        if (!any && filter.HasInclude && path.Length > rootLength)
        {
            found.RemoveAt(place);
        }

        return any;
    }

    private static void AddLeaf(FileSystemInfo info, string path, List<TransferEntry> found, TransferReport report)
    {
        try
        {
            TransferEntry? entry = LocalEntries.Leaf(info, path);
            if (entry is not null)
            {
                found.Add(entry);
            }
            else
            {
                report.Fail(path, new TransferEntryException(
                    TransferEntryError.Special, info.FullName, $"Could not copy '{info.FullName}': it is a pipe, socket or device, and these are not copied."));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report.Fail(path, new TransferEntryException(TransferEntryError.Failed, info.FullName, $"Could not read '{info.FullName}': {e.Message}", e));
        }
    }
}

/// <summary>Something local to be copied.</summary>
/// <param name="LocalPath">Where it is: an absolute path.</param>
/// <param name="Path">Its path relative to the destination, with a slash between names; empty when it becomes the destination itself.</param>
/// <param name="Alone">Whether of a directory nothing is meant but itself.</param>
internal readonly record struct LocalRoot(string LocalPath, string Path, bool Alone = false);
