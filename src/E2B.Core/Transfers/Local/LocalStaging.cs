using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace E2B.Transfers.Local;

/// <summary>
/// The hidden directory in which a download arrives, on the destination's file system: <c>data</c> in it becomes the
/// destination, <c>parts</c> holds files of which only a part has come.
/// </summary>
internal sealed class LocalStaging
{
    private static readonly EnumerationOptions _everything = new() { AttributesToSkip = 0, MatchType = MatchType.Simple };

    private readonly ConcurrentDictionary<string, byte> _made = new(StringComparer.Ordinal);
    private int _links;

    public LocalStaging(string directory, bool reuse)
    {
        Root = directory;
        Data = Path.Combine(directory, "data");
        Parts = Path.Combine(directory, "parts");
        if (new FileInfo(directory).LinkTarget is not null || !reuse)
        {
            Remove();
        }

        Make(directory);
        Make(Parts);
        if (reuse)
        {
            // Nothing is ever written through a link, and these are made anew at the end.
            foreach (FileSystemInfo info in Within(new DirectoryInfo(directory)).Where(static info => info.LinkTarget is not null).ToList())
            {
                info.Delete();
            }
        }
    }

    public string Root { get; }

    public string Data { get; }

    private string Parts { get; }

    /// <summary>Where an entry is staged.</summary>
    public string PathOf(TransferEntry entry) =>
        entry.Path.Length == 0 ? Data : Path.Combine(Data, Path.DirectorySeparatorChar == '/' ? entry.Path : entry.Path.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Where a part of a file is kept. A file that has changed at its source has another.</summary>
    public string PartOf(TransferEntry entry) => Path.Combine(
        Parts,
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{entry.Path}\0{entry.Size}\0{entry.ModifiedTime.UtcTicks}")))[..32]);

    /// <summary>Where a link is made before it is put into its place.</summary>
    public string NewLink() => Path.Combine(Parts, $"link-{_links++}");

    /// <summary>Makes the directory that an entry is in.</summary>
    public void MakeParent(TransferEntry entry)
    {
        string parent = Path.GetDirectoryName(PathOf(entry))!;
        if (parent.Length >= Data.Length && _made.TryAdd(parent, 0))
        {
            Directory.CreateDirectory(parent);
        }
    }

    public void MakeDirectory(TransferEntry entry) => Directory.CreateDirectory(PathOf(entry));

    /// <summary>
    /// Removes what an earlier copy staged and this one does not have. Links go too: nothing is ever written through one,
    /// and they are made anew at the end.
    /// </summary>
    public void Prune(TransferPlan plan)
    {
        Dictionary<string, EntryKind> kinds = plan.Entries.ToDictionary(static entry => entry.Path, static entry => entry.Kind, StringComparer.Ordinal);
        var data = new DirectoryInfo(Data);
        bool isTree = !kinds.TryGetValue(string.Empty, out EntryKind root) || root == EntryKind.Directory;
        if (data.LinkTarget is not null || (isTree ? File.Exists(Data) : data.Exists))
        {
            Delete(data.LinkTarget is null && data.Exists ? data : new FileInfo(Data));
        }
        else if (data.Exists)
        {
            Prune(data, string.Empty, kinds);
        }
    }

    /// <summary>Removes everything, what is read-only too.</summary>
    public void Remove()
    {
        var info = new DirectoryInfo(Root);
        if (info.LinkTarget is not null)
        {
            info.Delete();
            return;
        }

        if (!info.Exists)
        {
            return;
        }

        try
        {
            info.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            foreach (FileSystemInfo inner in Within(info).Where(static inner => inner.LinkTarget is null))
            {
                inner.Attributes &= ~FileAttributes.ReadOnly;
            }

            info.Delete(recursive: true);
        }
    }

    /// <summary>
    /// Everything in a directory. The framework's own recursion goes through links to directories: what it finds there
    /// is not ours.
    /// </summary>
    private static IEnumerable<FileSystemInfo> Within(DirectoryInfo directory) => directory.EnumerateFileSystemInfos("*", _everything)
        .SelectMany(static info => info is DirectoryInfo { LinkTarget: null } inner ? Within(inner).Prepend(info) : new[] { info });

    private static void Prune(DirectoryInfo directory, string path, Dictionary<string, EntryKind> kinds)
    {
        foreach (FileSystemInfo info in directory.GetFileSystemInfos())
        {
            string below = TransferEntry.Join(path, info.Name);
            bool isDirectory = info is DirectoryInfo && info.LinkTarget is null;
            bool isKnown = kinds.TryGetValue(below, out EntryKind kind) ? kind == (isDirectory ? EntryKind.Directory : EntryKind.File) : isDirectory && HasBelow(below, kinds);
            if (info.LinkTarget is not null || !isKnown)
            {
                Delete(info);
            }
            else if (isDirectory)
            {
                Prune((DirectoryInfo)info, below, kinds);
            }
        }
    }

    private static bool HasBelow(string path, Dictionary<string, EntryKind> kinds) =>
        kinds.Keys.Any(known => known.StartsWith(path + "/", StringComparison.Ordinal));

    private static void Delete(FileSystemInfo info)
    {
        if (info is DirectoryInfo { LinkTarget: null } directory)
        {
            directory.Delete(recursive: true);
        }
        else
        {
            info.Delete();
        }
    }

    private static void Make(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory).Attributes |= FileAttributes.Hidden;
        }
        else
        {
            Directory.CreateDirectory(directory, (UnixFileMode)0b111_000_000);
        }
    }
}
