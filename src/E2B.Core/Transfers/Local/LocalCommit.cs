namespace E2B.Transfers.Local;

/// <summary>
/// Puts what was staged into its place, file by file or as a whole, by renaming. Where something is there already, each
/// step looks before it goes on: nothing is written through a link.
/// </summary>
internal sealed class LocalCommit(
    LocalStaging staging, string destination, bool isNew, bool force, TransferPlan plan, TransferReport report)
{
    private readonly Dictionary<string, TransferEntry> _entries = plan.Entries.ToDictionary(static entry => entry.Path, StringComparer.Ordinal);
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

    public void Run(IEnumerable<TransferEntry> links)
    {
        bool isFile = _entries.TryGetValue(string.Empty, out TransferEntry? root) && root.Kind != EntryKind.Directory;
        List<TransferEntry> candidates = [.. links.Where(link => !report.HasFailed(link.Path))];
        if (isFile)
        {
            // For links the destination is then the directory that it is in.
            string name = Path.GetFileName(destination);
            candidates = [.. candidates.Select(link => link with { Path = name })];
        }

        IReadOnlyList<TransferEntry> sound = LinkGuard.Accept(candidates, report, isNew || isFile ? static _ => null : TargetInDestination);
        if (isFile)
        {
            PutOnly(root!, sound);
            return;
        }

        if (isNew)
        {
            foreach (TransferEntry link in sound)
            {
                staging.MakeParent(link);
                MakeLink(link, staging.PathOf(link));
            }

            Directory.CreateDirectory(staging.Data);
            if (new FileInfo(destination).LinkTarget is not null)
            {
                throw InTheWay(string.Empty, "a link has appeared in its place.");
            }

            Directory.Move(staging.Data, destination);
        }
        else
        {
            if (Directory.Exists(staging.Data))
            {
                Merge(staging.Data, string.Empty);
            }

            foreach (TransferEntry link in sound)
            {
                PutLink(link);
            }
        }

        MarkDirectories();
    }

    /// <summary>A single file, or link, becomes the destination itself.</summary>
    private void PutOnly(TransferEntry root, IReadOnlyList<TransferEntry> sound)
    {
        if (root.Kind == EntryKind.File)
        {
            PutFile(staging.Data, destination, string.Empty);
        }
        else if (sound.Count == 1)
        {
            PutLink(sound[0] with { Path = string.Empty });
        }
        else
        {
            report.Fail(root, TransferEntryError.Unsafe, "it is a link that leads outside the directory that it would be in.");
        }
    }

    private string? TargetInDestination(string path)
    {
        try
        {
            return new FileInfo(LocalPath(path)).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private void Merge(string staged, string path)
    {
        foreach (FileSystemInfo info in new DirectoryInfo(staged).GetFileSystemInfos())
        {
            string below = TransferEntry.Join(path, info.Name);
            string target = LocalPath(below);
            if (info is not DirectoryInfo)
            {
                PutFile(info.FullName, target, below);
                continue;
            }

            var there = new FileInfo(target);
            if (there.LinkTarget is not null)
            {
                Refuse(below, TransferEntryError.Unsafe, "a link is in its place, and nothing is written through a link.");
            }
            else if (Directory.Exists(target))
            {
                Merge(info.FullName, below);
            }
            else if (there.Exists)
            {
                Refuse(below, TransferEntryError.InTheWay, "a file is in its place.");
            }
            else
            {
                Directory.Move(info.FullName, target);
            }
        }
    }

    private void PutFile(string staged, string target, string path)
    {
        if (Clear(target, path))
        {
            File.Move(staged, target, overwrite: true);
        }
    }

    private void PutLink(TransferEntry link)
    {
        string target = LocalPath(link.Path);
        for (string? parent = TransferEntry.ParentOf(link.Path); parent is not null; parent = TransferEntry.ParentOf(parent))
        {
            if (_refused.Contains(parent))
            {
                return;
            }

            if (parent.Length > 0 && new FileInfo(LocalPath(parent)).LinkTarget is not null)
            {
                Refuse(link.Path, TransferEntryError.Unsafe, $"'{parent}' is a link, and nothing is written through a link.");
                return;
            }
        }

        if (Clear(target, link.Path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Delete(target);
            MakeLink(link, target);
        }
    }

    /// <summary>Whether something may be put here. What is replaced may not be a directory, nor read-only without force.</summary>
    private bool Clear(string target, string path)
    {
        var there = new FileInfo(target);
        if (there.LinkTarget is not null)
        {
            return true;
        }

        if (Directory.Exists(target))
        {
            Refuse(path, TransferEntryError.InTheWay, "a directory is in its place.");
            return false;
        }

        if (there.Exists && there.IsReadOnly)
        {
            if (!force)
            {
                Refuse(path, TransferEntryError.InTheWay, "a read-only file is in its place. Force (-Force in PowerShell) replaces it.");
                return false;
            }

            there.IsReadOnly = false;
        }

        return true;
    }

    private void MakeLink(TransferEntry link, string at)
    {
        try
        {
            File.CreateSymbolicLink(at, link.LinkTarget!);
            File.SetLastWriteTimeUtc(at, LocalAttributes.Rounded(link.ModifiedTime));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            report.Fail(link, TransferEntryError.Failed, $"the link could not be made: {e.Message}", e);
        }
    }

    /// <summary>Directories get their modes and times last, the deepest first: what is put into one changes its time.</summary>
    private void MarkDirectories()
    {
        foreach (TransferEntry directory in plan.Directories.Reverse())
        {
            bool isRefused = _refused.Contains(directory.Path) || HasRefusedParent(directory.Path);
            if (!isRefused && (isNew || directory.Path.Length > 0))
            {
                LocalAttributes.SetDirectory(LocalPath(directory.Path), directory);
            }
        }
    }

    private bool HasRefusedParent(string path)
    {
        for (string? parent = TransferEntry.ParentOf(path); parent is not null; parent = TransferEntry.ParentOf(parent))
        {
            if (_refused.Contains(parent))
            {
                return true;
            }
        }

        return false;
    }

    private string LocalPath(string path) => path.Length == 0
        ? destination
        : Path.Combine(destination, Path.DirectorySeparatorChar == '/' ? path : path.Replace('/', Path.DirectorySeparatorChar));

    private void Refuse(string path, TransferEntryError error, string why)
    {
        _refused.Add(path);
        report.Fail(path, new TransferEntryException(error, LocalPath(path), $"Could not put '{LocalPath(path)}' into its place: {why}"));
    }

    private TransferEntryException InTheWay(string path, string why) =>
        new(TransferEntryError.InTheWay, LocalPath(path), $"Could not copy to '{LocalPath(path)}': {why}");
}
