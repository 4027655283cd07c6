using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Drive;

/// <summary>A listing of several levels, by directory. Below its last level nothing is known.</summary>
internal readonly struct DirectoryTree
{
    /// <summary>Levels that are asked for at a time: few requests for a usual tree, and no answer without end for a huge one.</summary>
    public const uint Levels = 4;

    private readonly ILookup<string, SandboxEntry>? _byDirectory;
    private readonly string _directory;
    private readonly int _levels;

    private DirectoryTree(string directory, int levels, ILookup<string, SandboxEntry>? byDirectory)
    {
        _directory = directory;
        _levels = levels;
        _byDirectory = byDirectory;
    }

    public static DirectoryTree Of(string directory, int levels, IEnumerable<SandboxEntry> entries) =>
        new(directory, levels, entries.ToLookup(static entry => SandboxPath.ParentOf(entry.Path)));

    /// <summary>The entries of this directory, if they are known.</summary>
    public bool TryGet(out IReadOnlyList<SandboxEntry> entries)
    {
        bool known = _levels > 0 && _byDirectory is not null;
        entries = known ? [.. _byDirectory![_directory]] : [];
        return known;
    }

    /// <summary>What is known of a directory in it.</summary>
    public DirectoryTree Below(string name) => _byDirectory is null ? default : new(SandboxPath.Join(_directory, name), _levels - 1, _byDirectory);
}
