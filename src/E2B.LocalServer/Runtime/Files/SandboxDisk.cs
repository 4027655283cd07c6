using E2B.LocalServer.Native;

namespace E2B.LocalServer.Runtime;

/// <summary>The image file behind one sandbox's disk.</summary>
internal static class SandboxDisk
{
    /// <summary>
    /// Puts a sandbox's disk in place, an empty or a kept one, and claims it: two sandboxes on one disk would ruin it.
    /// </summary>
    public static FileStream Open(DiskImages disks, string image, SandboxSpec spec)
    {
        if (spec.Disk is null)
        {
            disks.Create(image, spec.Limits.DiskMiB);
        }
        else
        {
            Link(spec.Disk, image);
        }

        try
        {
            // FileShare.None is a lock, which all names of a file share.
            return new FileStream(image, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new SandboxException($"The disk {spec.Disk} is in use by another sandbox.");
        }
    }

    /// <summary>Gives a mounted disk a second name, with everything written so far in the file.</summary>
    public static void Keep(string image, string mountPoint, string path)
    {
        FileSystems.Flush(mountPoint);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Link(image, path);
        using var file = Descriptor.Open(path);
        RandomAccess.FlushToDisk(file);
    }

    private static void Link(string existing, string path)
    {
        File.Delete(path);
        LinuxException.Check(Libc.Link(existing, path), "link", $"{existing} as {path}");
    }
}
