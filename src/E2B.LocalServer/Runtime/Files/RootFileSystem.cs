using E2B.LocalServer.Native;

namespace E2B.LocalServer.Runtime;

/// <summary>
/// The file system of one sandbox on the host: its disk, and the overlays over the base's trees. Owners are shifted
/// into the sandbox's id range on the way in by id-mapped mounts, so that on disk they stay what they are inside.
/// </summary>
internal sealed class RootFileSystem(string mountPoint, string image)
{
    /// <summary>The folder of a lowest layer that is a root of its own, of an image: nothing of the base is below it.</summary>
    public const string WholeRoot = "whole";

    /// <summary>Whether the lowest of some layers is a root of its own.</summary>
    public static bool HasWholeRoot(IReadOnlyList<string> layers) => layers.Count > 0 && Directory.Exists(Path.Combine(layers[0], WholeRoot));

    /// <summary>How many layers there can be: all of an overlay's options share one page of memory, and each layer takes some 20 bytes of it.</summary>
    public const int MostLayers = 150;

    private const int PathCloseOnExec = 0x280000;

    // A lock, since stopping a sandbox may meet its starting.
    private readonly Lock _lock = new();
    private readonly List<string> _folders = [];
    private int _volumes;

    /// <summary>The root of the container.</summary>
    public string Root { get; } = Path.Combine(mountPoint, "root");

    /// <summary>The sandbox's disk, owners as inside.</summary>
    public string Disk { get; } = Path.Combine(mountPoint, "disk");

    private string ShiftedDisk => Path.Combine(mountPoint, "up");

    /// <summary>Mounts everything.</summary>
    public void Mount(BaseFileSystem baseFileSystem, IReadOnlyList<string> layers, AgentCommand agent, int userNamespace, ProtectionOverrides? overrides)
    {
        lock (_lock)
        {
            MakeFolder(mountPoint);
            MakeFolder(Disk);
            MakeFolder(ShiftedDisk);
            MakeFolder(Root);
            MountDisk();
            Mounts.AttachIdMapped(Disk, ShiftedDisk, userNamespace, readOnly: false);
            var whole = HasWholeRoot(layers) ? Path.Combine(layers[0], WholeRoot) : null;
            foreach (var tree in baseFileSystem.Trees.Where(tree => whole is null || tree.Name == BaseFileSystem.RootTree))
            {
                MountTree(tree, whole ?? tree.Source, layers, userNamespace, overrides);
            }

            foreach (var (name, source) in agent.Folders)
            {
                Mounts.AttachIdMapped(source, Root, Path.Combine(AgentCommand.FolderRoot[1..], name), userNamespace);
            }

            // The overlays hold on to their layers by themselves.
            Mounts.Unmount(ShiftedDisk);
        }
    }

    /// <summary>Where a volume is on its way into the container.</summary>
    public string VolumePoint(int index) => Path.Combine(mountPoint, $"v{index}");

    /// <summary>Mounts the folders of volumes, owners shifted, at their <see cref="VolumePoint"/>s.</summary>
    /// <param name="folders"><see langword="null"/> for a volume that is gone: an empty folder stands for it.</param>
    /// <param name="userNamespace">Whose ids they are shown in.</param>
    public void MountVolumes(IReadOnlyList<string?> folders, int userNamespace)
    {
        lock (_lock)
        {
            foreach (string? folder in folders)
            {
                string point = VolumePoint(_volumes++);
                MakeFolder(point);
                if (folder is not null)
                {
                    Mounts.AttachIdMapped(folder, point, userNamespace, readOnly: false);
                }
            }
        }
    }

    /// <summary>
    /// Once the container has them. A folder that stands for a volume that is gone is no more then, and inside nothing
    /// can be made in it: as where the volume was deleted under a running sandbox.
    /// </summary>
    public void UnmountVolumes()
    {
        lock (_lock)
        {
            while (_volumes > 0)
            {
                string point = VolumePoint(--_volumes);
                Mounts.Unmount(point);
                _ = Libc.RemoveDirectory(point);
                _folders.Remove(point);
            }
        }
    }

    /// <summary>Unmounts everything, as much as there is.</summary>
    public void Unmount()
    {
        lock (_lock)
        {
            foreach (var point in (string[])[Root, ShiftedDisk, Disk])
            {
                Mounts.Unmount(point);
            }

            for (var i = _folders.Count - 1; i >= 0; i--)
            {
                Mounts.Unmount(_folders[i]);
                _ = Libc.RemoveDirectory(_folders[i]);
            }

            _folders.Clear();
        }
    }

    private void MountDisk()
    {
        using var device = LoopDevice.Attach(image);

        // barrier=0: what a sandbox syncs need not reach the host's disk at once. noinit_itable: the kernel would
        // otherwise fill the sparse image with zeros. discard: what is deleted inside is given back to the host.
        Mounts.Mount(device.Path, Disk, "ext4", Mounts.NoSuid | Mounts.NoDevices | Mounts.NoAccessTimes, "barrier=0,noinit_itable,discard");
    }

    private void MountTree(BaseFileSystem.Tree tree, string lowest, IReadOnlyList<string> layers, int userNamespace, ProtectionOverrides? overrides)
    {
        var isRoot = tree.Name == BaseFileSystem.RootTree;
        var source = isRoot ? overrides?.RootLayer ?? lowest : lowest;
        var target = Path.Combine(Root, tree.MountPoint);
        if (isRoot && overrides is { WithoutOverlay: true })
        {
            Mounts.AttachIdMapped(source, target, userNamespace, readOnly: false);
            return;
        }

        var lower = new List<string>();
        var opened = new List<int>();
        try
        {
            foreach (var layer in layers.Select(layer => Path.Combine(layer, tree.Name)).Where(Directory.Exists).Prepend(source))
            {
                var point = Path.Combine(mountPoint, $"{tree.Name}{lower.Count}");
                MakeFolder(point);
                Mounts.AttachIdMapped(layer, point, userNamespace, readOnly: true);
                lower.Add(point);
                opened.Add(LinuxException.Check(Libc.Open(point, PathCloseOnExec), "open", point));
            }

            // An overlay names its topmost layer first. With redirect_dir folders of lower layers can be renamed.
            opened.Reverse();
            var own = Path.Combine(ShiftedDisk, tree.Name);
            Mounts.Mount(
                "overlay", target, "overlay", Mounts.NoSuid | Mounts.NoDevices,
                $"lowerdir={string.Join(':', opened.Select(fd => $"/proc/self/fd/{fd}"))},upperdir={own}/upper,workdir={own}/work,redirect_dir=on,index=off,metacopy=off");
        }
        finally
        {
            opened.ForEach(fd => _ = Libc.Close(fd));
        }

        foreach (var point in lower)
        {
            Mounts.Unmount(point);
        }
    }

    private void MakeFolder(string path)
    {
        // The sandbox's root, a nobody on the host, has to pass through on its way in.
        Folders.Make(path, Folders.Passable);
        _folders.Add(path);
    }
}
