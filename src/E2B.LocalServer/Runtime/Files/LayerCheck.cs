using E2B.LocalServer.Native;

namespace E2B.LocalServer.Runtime;

/// <summary>Tries out whether the file systems below the base can be mounted with shifted owners; not all can.</summary>
internal static class LayerCheck
{
    public static void Run(BaseFileSystem baseFileSystem, string mountDirectory, IdRangeAllocator idRanges)
    {
        var point = Path.Combine(mountDirectory, "check");
        Directory.CreateDirectory(point);
        var range = idRanges.Take();
        try
        {
            foreach (var tree in baseFileSystem.Trees)
            {
                Try(tree.Source, point, range);
            }
        }
        finally
        {
            idRanges.Return(range);
            Directory.Delete(point);
        }
    }

    private static void Try(string source, string point, IdRange range)
    {
        try
        {
            Mounts.AttachIdMapped(source, point, (int)range.MountMapping.DangerousGetHandle(), readOnly: true);
            Mounts.Unmount(point);
        }
        catch (LinuxException error)
        {
            throw new StartupCheckException(
                $"The file system of {source} cannot be mounted with shifted owners ({error.Message}). It should be ext4, xfs or btrfs; inside a container, whose own files are an overlay, put --data on a volume and run the server on the host.");
        }
    }
}
