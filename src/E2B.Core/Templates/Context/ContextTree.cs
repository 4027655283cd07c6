using System.IO.Enumeration;

namespace E2B.Templates.Context;

/// <summary>The context directory as the system shows it. Each directory is read once, and only when something asks for what is in it.</summary>
internal sealed class ContextTree
{
    private static readonly EnumerationOptions _everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        MatchType = MatchType.Simple,
        ReturnSpecialDirectories = true,
    };

    private readonly Dictionary<string, long> _directorySizes = [];
    private readonly string _realRoot;

    /// <exception cref="TemplateContextException">There is no such directory.</exception>
    public ContextTree(string directory)
    {
        RootPath = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        _realRoot = LinkTarget.Resolve(RootPath) is { } real && Directory.Exists(real)
            ? real
            : throw new TemplateContextException(
                TemplateContextError.NotFound, $"There is no directory '{RootPath}' to copy from. Name the template's context directory.", new[] { RootPath });
        Root = new ContextNode(null, string.Empty, RootPath, ContextKind.Directory);
    }

    public string RootPath { get; }

    public ContextNode Root { get; }

    /// <summary>Directories that could not be read, with the reasons.</summary>
    public List<(ContextNode Directory, Exception Cause)> Unreadable { get; } = [];

    public LinkTarget TargetOf(ContextNode link) => link.Target ??= LinkTarget.Of(link.FullPath, _realRoot);

    /// <summary>Something by its name; <see langword="null"/> when it is not there.</summary>
    public static ContextNode? Child(ContextNode parent, string name)
    {
        if (parent.Children is { } known)
        {
            return known.FirstOrDefault(child => string.Equals(child.Name, name, StringComparison.Ordinal));
        }

        var info = new FileInfo(Path.Join(parent.FullPath, name));
        return (int)info.Attributes == -1
            ? null
            : new ContextNode(parent, ContextPaths.Join(parent.Path, name), info.FullName, KindOf(info.Attributes, info.FullName))
            {
                Size = info.Attributes.HasFlag(FileAttributes.Directory) ? 0 : info.Length,
                ModifiedTime = info.LastWriteTimeUtc,
            };
    }

    /// <summary>What is in a directory, or in the directory that a link leads to. Nothing, where there is none.</summary>
    public IReadOnlyList<ContextNode> Children(ContextNode directory) => directory.Children ??= Read(directory);

    /// <summary>What <c>stat</c> says is the size of a directory. .NET tells it only of what is found in a directory, so it is asked for itself in itself.</summary>
    public long DirectorySize(string fullPath)
    {
        if (OperatingSystem.IsWindows())
        {
            return UnixStatus.DirectorySize;
        }

        if (!_directorySizes.TryGetValue(fullPath, out long size))
        {
            size = new FileSystemEnumerable<long>(fullPath, static (ref FileSystemEntry entry) => entry.Length, _everything)
            {
                ShouldIncludePredicate = static (ref FileSystemEntry entry) => entry.FileName is ".",
            }.First();
            _directorySizes.Add(fullPath, size);
        }

        return size;
    }

    private List<ContextNode> Read(ContextNode directory)
    {
        if (directory.Kind is not (ContextKind.Directory or ContextKind.Link) || (directory.Kind == ContextKind.Link && !TargetOf(directory).IsDirectory))
        {
            return [];
        }

        long size = UnixStatus.DirectorySize;
        try
        {
            List<ContextNode> children = [.. new FileSystemEnumerable<ContextNode?>(directory.FullPath, Transform, _everything)
            {
                ShouldIncludePredicate = static (ref FileSystemEntry entry) => entry.FileName is not "..",
            }.OfType<ContextNode>()];
            _directorySizes[directory.FullPath] = size;
            return children;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unreadable.Add((directory, e));
            return [];
        }

        ContextNode? Transform(ref FileSystemEntry entry)
        {
            if (entry.FileName is ".")
            {
                size = entry.Length;
                return null;
            }

            string name = entry.FileName.ToString();
            string fullPath = Path.Join(directory.FullPath, name);
            ContextKind kind = KindOf(entry.Attributes, fullPath);
            return new ContextNode(directory, ContextPaths.Join(directory.Path, name), fullPath, kind)
            {
                Size = kind == ContextKind.File ? entry.Length : 0,
                ModifiedTime = entry.LastWriteTimeUtc.UtcDateTime,
            };
        }
    }

    /// <summary>On Windows a reparse point may be no link, such as a file that is still in a cloud. Special files are told from others later: it costs more.</summary>
    private static ContextKind KindOf(FileAttributes attributes, string fullPath) =>
        attributes.HasFlag(FileAttributes.ReparsePoint) && (!OperatingSystem.IsWindows() || new FileInfo(fullPath).LinkTarget is not null) ? ContextKind.Link
        : attributes.HasFlag(FileAttributes.Directory) ? ContextKind.Directory
        : ContextKind.File;
}
