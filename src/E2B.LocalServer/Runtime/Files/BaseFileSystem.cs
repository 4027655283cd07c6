namespace E2B.LocalServer.Runtime;

/// <summary>
/// What a fresh sandbox sees: folder trees, each with an overlay of its own. The root tree is generated, an
/// allow-list; the others are the host's programs.
/// </summary>
internal sealed class BaseFileSystem
{
    /// <summary>The name of the tree that is mounted at "/".</summary>
    public const string RootTree = "root";

    private static readonly string[] _programFolders = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

    private BaseFileSystem(string skeleton)
    {
        var trees = new List<Tree> { new(RootTree, skeleton, string.Empty), new("usr", "/usr", "usr") };
        foreach (var name in UnmergedFolders())
        {
            trees.Add(new Tree(name, "/" + name, name));
        }

        Trees = trees;
    }

    /// <summary>The trees in the order in which they are mounted.</summary>
    public IReadOnlyList<Tree> Trees { get; }

    /// <summary>Generates the root tree anew in a folder.</summary>
    public static BaseFileSystem Build(string directory)
    {
        var skeleton = Path.Combine(directory, "skeleton");
        Folders.Delete(skeleton);
        SkeletonBuilder.Build(skeleton, UnmergedFolders(), MergedLinks());
        return new BaseFileSystem(skeleton);
    }

    /// <summary>Folders such as /lib on systems that have not merged them into /usr.</summary>
    private static IEnumerable<string> UnmergedFolders() =>
        _programFolders.Where(name => new DirectoryInfo("/" + name) is { Exists: true, LinkTarget: null });

    /// <summary>Links such as /lib to usr/lib.</summary>
    private static IEnumerable<(string Name, string Target)> MergedLinks() =>
        from name in _programFolders
        let target = new FileInfo("/" + name).LinkTarget
        where target is not null
        select (name, target);

    /// <param name="Name">The tree's name in layers and on a sandbox's disk.</param>
    /// <param name="Source">The host folder that is its lowest layer.</param>
    /// <param name="MountPoint">Where it goes, relative to the root.</param>
    public sealed record Tree(string Name, string Source, string MountPoint);
}
