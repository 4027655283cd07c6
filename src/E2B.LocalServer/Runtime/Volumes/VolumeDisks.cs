using System.Globalization;
using E2B.LocalServer.Agent.Files;
using E2B.LocalServer.Native;

namespace E2B.LocalServer.Runtime;

/// <summary>
/// The disks of volumes: an image file each, with a journal, since it has to outlive a crash. One is mounted when it is
/// first asked for, once, however many sandboxes see it, and stays mounted until it is removed or the server ends.
/// All members may be used from several threads at once.
/// </summary>
internal sealed class VolumeDisks(SandboxRuntimeOptions options) : IDisposable
{
    /// <summary>What is seen of the disk. Not its root: that cannot be removed, and holds lost+found.</summary>
    private const string FilesFolder = "files";

    private static readonly TimeSpan _longestRemoval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _mounted = new(StringComparer.Ordinal);
    private int _number;

    /// <summary>Makes an empty disk.</summary>
    public void Create(string image, int sizeMiB)
    {
        lock (_lock)
        {
            string template = Path.Combine(options.BaseDirectory, string.Create(CultureInfo.InvariantCulture, $"volume-{sizeMiB}.ext4"));
            if (!File.Exists(template))
            {
                Format(template, sizeMiB);
            }

            SparseFile.Copy(template, image);
        }
    }

    /// <summary>The folder with a disk's files, owners as inside.</summary>
    /// <exception cref="FileNotFoundException">It was removed.</exception>
    public string Mount(string image)
    {
        lock (_lock)
        {
            if (_mounted.TryGetValue(image, out string? point))
            {
                return Path.Combine(point, FilesFolder);
            }

            if (!File.Exists(image))
            {
                throw new FileNotFoundException("the volume was deleted", image);
            }

            WaitUntilFree(image);
            point = Path.Combine(options.MountDirectory, string.Create(CultureInfo.InvariantCulture, $"volume{_number++}"));
            Folders.Make(point, Folders.Closed);
            using (LoopDevice device = LoopDevice.Attach(image))
            {
                Mounts.Mount(device.Path, point, "ext4", Mounts.NoSuid | Mounts.NoDevices, "noinit_itable,discard");
            }

            _mounted[image] = point;
            return Path.Combine(point, FilesFolder);
        }
    }

    /// <summary>
    /// Removes a disk. Where it is mounted its files go at once, sandboxes or not, and in the folder that is left to
    /// them nothing can be made any more.
    /// </summary>
    public void Remove(string image)
    {
        string? point;
        lock (_lock)
        {
            _mounted.Remove(image, out point);
            File.Delete(image);
        }

        if (point is null)
        {
            return;
        }

        using (var limit = new CancellationTokenSource(_longestRemoval))
        {
            try
            {
                TreeRemoval.Remove(Path.Combine(point, FilesFolder), limit.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // Somebody goes on writing. The disk has no name any more: what is left goes with its last sandbox.
            }
        }

        Unmount(point);
    }

    /// <summary>Writes everything out and unmounts it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (string point in _mounted.Values)
            {
                FileSystems.Flush(point);
                Unmount(point);
            }

            _mounted.Clear();
        }
    }

    private static void Unmount(string point)
    {
        Mounts.Unmount(point);
        _ = Libc.RemoveDirectory(point);
    }

    /// <summary>Two file systems on one image would ruin it, and one of a server that was killed ends a moment after its last process.</summary>
    private static void WaitUntilFree(string image)
    {
        string real = RealPath(image);
        string folder = Path.GetDirectoryName(real)!;
        DateTime deadline = DateTime.UtcNow + _longestWait;
        while (LoopDevice.Attached(folder).Any(one => one.Image == real))
        {
            if (DateTime.UtcNow > deadline)
            {
                throw new SandboxException($"The volume's disk {image} is still in use by processes of an earlier server.");
            }

            Thread.Sleep(20);
        }
    }

    // The kernel names images by the path without links.
    private static string RealPath(string path)
    {
        using var file = Descriptor.Open(path);
        return new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget ?? path;
    }

    private static void Format(string template, int sizeMiB)
    {
        string draft = template + ".new";
        string content = template + ".content";
        File.Delete(draft);

        // As in the cloud, every user of a sandbox may write there.
        Folders.Make(Path.Combine(content, FilesFolder), (UnixFileMode)0b111_111_111);
        try
        {
            DiskImages.RunTool(HostPrograms.Find("mkfs.ext4"),
            [
                "-q", "-F", "-m", "0", "-O", "^resize_inode", "-J", "size=16", "-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard",
                "-d", content, draft, string.Create(CultureInfo.InvariantCulture, $"{sizeMiB}M"),
            ]);
            File.Move(draft, template);
        }
        finally
        {
            Directory.Delete(content, recursive: true);
        }
    }
}
