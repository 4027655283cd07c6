using E2B.Transfers.Local;

namespace E2B.Templates.Context;

/// <summary>Makes entries of what was found: looks at modes and sizes, and at where links lead.</summary>
internal sealed class SelectionMaker(ContextTree tree, bool resolveLinks, bool followsOutside)
{
    private readonly List<string> _broken = [];
    private readonly List<string> _outside = [];
    private readonly List<(string Path, Exception Cause)> _unreadable = [];
    private readonly List<string> _warnings = [];

    /// <exception cref="TemplateContextException">Something cannot be read, or a link to be followed is broken or leads outside.</exception>
    public ContextSelection Make(string source, List<ContextNode> nodes)
    {
        nodes.Sort(static (one, other) => string.CompareOrdinal(one.Path, other.Path));
        var entries = new List<ContextEntry>(nodes.Count);
        var links = new HashSet<string>(StringComparer.Ordinal);
        foreach (ContextNode node in nodes)
        {
            try
            {
                ContextEntry entry = Entry(node);
                if (entry.Kind == ContextKind.Link)
                {
                    links.Add(entry.Path);
                }

                entries.Add(links.Count > 0 && IsBelowLink(node, links) ? entry with { IsPacked = false } : entry);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _unreadable.Add((node.Path, e));
            }
        }

        Throw();
        WarnOfContents(nodes);
        return new ContextSelection(source, entries, _warnings);
    }

    private static bool IsBelowLink(ContextNode node, HashSet<string> links)
    {
        for (ContextNode? parent = node.Parent; parent is not null; parent = parent.Parent)
        {
            if (links.Contains(parent.Path))
            {
                return true;
            }
        }

        return false;
    }

    private ContextEntry Entry(ContextNode node)
    {
        if (node.Kind != ContextKind.Link)
        {
            return Plain(node, node.Kind, node.FullPath, node.Size, node.ModifiedTime);
        }

        LinkTarget target = tree.TargetOf(node);
        if (target.RealPath is not { } real)
        {
            (resolveLinks ? _broken : _warnings).Add(resolveLinks ? node.Path : $"The link '{node.Path}' leads nowhere here. It is copied as it is.");
        }
        else if (resolveLinks && !target.IsInside && !followsOutside)
        {
            _outside.Add(node.Path);
        }
        else if (resolveLinks)
        {
            var info = new FileInfo(real);
            ContextKind kind = target.IsDirectory ? ContextKind.Directory : ContextKind.File;
            if (kind == ContextKind.Directory || LocalSpecialFiles.TypeOf(info) == LocalFileType.File)
            {
                return Plain(node, kind, real, kind == ContextKind.File ? info.Length : 0, info.LastWriteTimeUtc);
            }
        }

        return Link(node);
    }

    private static ContextEntry Link(ContextNode node)
    {
        var info = new FileInfo(node.FullPath);
        string text = ContextPaths.LinkTarget(info.LinkTarget ?? throw new FileNotFoundException($"The link '{node.Path}' is gone."), OperatingSystem.IsWindows());
        return new ContextEntry(node.Path, ContextKind.Link)
        {
            Mode = LinkMode(info),
            Size = System.Text.Encoding.UTF8.GetByteCount(text),
            SourcePath = node.FullPath,
            LinkTarget = text,
        };
    }

    private ContextEntry Plain(ContextNode node, ContextKind kind, string path, long size, DateTime modified)
    {
        FileSystemInfo info = kind == ContextKind.Directory ? new DirectoryInfo(path) : new FileInfo(path);
        int special = 0;
        if (kind == ContextKind.File && size == 0 && LocalSpecialFiles.TypeOf((FileInfo)info) is var type and not LocalFileType.File)
        {
            kind = ContextKind.Special;
            special = SpecialMode(type);
            _warnings.Add($"'{node.Path}' is a pipe, socket or device. It is not copied.");
        }

        return new ContextEntry(node.Path, kind)
        {
            Mode = Mode(kind, info, special),
            Size = kind == ContextKind.Directory ? tree.DirectorySize(path) : size,
            SourcePath = path,
            ModifiedTime = modified,
            IsPacked = kind != ContextKind.Special,
        };
    }

    private static int Mode(ContextKind kind, FileSystemInfo info, int special) =>
        OperatingSystem.IsWindows() ? UnixStatus.UsualMode(kind) : UnixStatus.Mode(kind, info.UnixFileMode, special);

    /// <summary>.NET says the mode of what a link leads to. Linux gives all links the same; elsewhere the tar writer knows.</summary>
    private static int LinkMode(FileInfo link) => OperatingSystem.IsLinux() || OperatingSystem.IsWindows()
        ? UnixStatus.UsualMode(ContextKind.Link)
        : UnixStatus.Mode(ContextKind.Link, LocalSpecialFiles.ModeOf(link), 0);

    private static int SpecialMode(LocalFileType type) => type switch
    {
        LocalFileType.Pipe => UnixStatus.Pipe,
        LocalFileType.CharacterDevice => UnixStatus.Character,
        LocalFileType.BlockDevice => UnixStatus.Block,
        _ => UnixStatus.Socket,
    };

    private void Throw()
    {
        if (_unreadable.Count > 0)
        {
            throw TemplateContextException.Of(
                TemplateContextError.Unreadable,
                $"Could not read files ({_unreadable[0].Cause.Message.TrimEnd('.')})",
                "Change their permissions, or leave them out by an ignore file.",
                _unreadable.Select(static failure => failure.Path).ToArray(),
                _unreadable[0].Cause);
        }

        if (_broken.Count > 0)
        {
            throw TemplateContextException.Of(
                TemplateContextError.BrokenLink,
                "Links that are to be followed lead nowhere",
                "Repair or remove them, leave them out by an ignore file, or copy links as links.",
                _broken);
        }

        if (_outside.Count > 0)
        {
            throw TemplateContextException.Of(
                TemplateContextError.Outside,
                "Links that are to be followed lead out of the context directory",
                "Put the files into the directory, choose one that holds them, copy links as links, or allow it for this step.",
                _outside);
        }
    }

    /// <summary>The official SDK takes a linked directory with what lies directly in it, or empty; the hash has to agree with that. Nobody shall find out late.</summary>
    private void WarnOfContents(List<ContextNode> nodes)
    {
        if (!resolveLinks)
        {
            return;
        }

        var taken = nodes.Select(static node => node.Path).ToHashSet(StringComparer.Ordinal);
        foreach (ContextNode link in nodes.Where(node => node.Kind == ContextKind.Link && tree.TargetOf(node).IsDirectory))
        {
            if (tree.Children(link).Any(child => !taken.Contains(child.Path) || (child.Kind == ContextKind.Directory && tree.Children(child).Any(inner => !taken.Contains(inner.Path)))))
            {
                _warnings.Add($"The link '{link.Path}' leads to a directory that is not copied with all that is in it. Copy '{link.Path}/**' in a step of its own.");
            }
        }
    }
}
