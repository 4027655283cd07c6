using E2B.Templates.Context.Ignoring;

namespace E2B.Templates.Context;

/// <summary>Something in the context directory, as it was seen first.</summary>
internal sealed class ContextNode(ContextNode? parent, string path, string fullPath, ContextKind kind)
{
    /// <summary>The directory, or the link to one, that it was found in; none of the context itself.</summary>
    public ContextNode? Parent { get; } = parent;

    /// <summary>Relative to the context, with slashes; empty for the context itself.</summary>
    public string Path { get; } = path;

    public string FullPath { get; } = fullPath;

    public ContextKind Kind { get; } = kind;

    /// <summary>Bytes. Not known of directories until asked for.</summary>
    public long Size { get; init; }

    public DateTime ModifiedTime { get; init; }

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>What is in it, once that was read.</summary>
    public IReadOnlyList<ContextNode>? Children { get; set; }

    /// <summary>What the ignore rules say, once they were asked.</summary>
    public IgnoreVerdict? Verdict { get; set; }

    /// <summary>Where a link leads, once that was looked up.</summary>
    public LinkTarget? Target { get; set; }
}
