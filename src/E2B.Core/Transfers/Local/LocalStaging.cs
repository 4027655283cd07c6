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
    private static readonly EnumerationOptions _all = new() { AttributesToSkip = 0, RecurseSubdirectories = true, MatchType = MatchType.Simple };

    private readonly ConcurrentDictionary<string, byte> _made = new(StringComparer.Ordinal);

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
        if (reuse && Directory.Exists(Data))
        {
            // Nothing is ever written through a link, and these are made anew at the end.
            foreach (FileSystemInfo info in new DirectoryInfo(directory).EnumerateFileSystemInfos("*", _all).Where(static info => info.LinkTarget is not null).ToList())
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
            foreach (FileSystemInfo inner in info.EnumerateFileSystemInfos("*", _all).Where(static inner => inner.LinkTarget is null))
            {
                inner.Attributes &= ~FileAttributes.ReadOnly;
            }

            info.Delete(recursive: true);
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
