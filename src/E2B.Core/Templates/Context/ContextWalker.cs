using E2B.Templates.Context.Globs;

namespace E2B.Templates.Context;

/// <summary>
/// Finds what patterns match in the context, as the official SDK's library does it. That follows links where a part of a pattern names them or
/// stands for one name; <c>**</c> goes through none where it is the first part, and else looks into each that it meets, but no deeper.
/// </summary>
/// <remarks>Links that lead out of the context are not followed, whatever the pattern.</remarks>
internal sealed class ContextWalker(ContextTree tree, Func<ContextNode, bool> isHidden, bool followsOutside)
{
    private readonly HashSet<string> _walked = new(StringComparer.Ordinal);

    /// <summary>What was found, by its path.</summary>
    public Dictionary<string, ContextNode> Found { get; } = new(StringComparer.Ordinal);

    /// <summary>Links that a pattern goes through, and that lead out of the context.</summary>
    public HashSet<string> Outside { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes what a pattern matches, and of directories all that is in them.</summary>
    public void Take(GlobPattern pattern)
    {
        var matched = new ContextWalker(tree, isHidden, followsOutside);
        matched.Walk(tree.Root, pattern.Parts, 0, true);
        Outside.UnionWith(matched.Outside);
        foreach (ContextNode node in matched.Found.Values)
        {
            Found.TryAdd(node.Path, node);
            if (node.Kind == ContextKind.Directory && !_walked.Contains(node.Path))
            {
                // The context itself is walked by "**/*", whose first part is the "**"; all else by "path/**/*".
                Walk(node, GlobPattern.Everything.Parts, 0, node.Parent is null);
            }
        }
    }

    private void Walk(ContextNode at, IReadOnlyList<GlobPart> parts, int index, bool isPatternStart)
    {
        while (index < parts.Count - 1 && parts[index].Name is { } name)
        {
            if (Named(at, name) is not { } next)
            {
                return;
            }

            at = next;
            index++;
        }

        GlobPart part = parts[index];
        bool isLast = index == parts.Count - 1;
        if (part.Name is "" or ".")
        {
            Add(at, true);
        }
        else if (part.Name is { } last)
        {
            if (Named(at, last) is { } found)
            {
                Add(found, false);
            }
        }
        else if (part.IsWildcard)
        {
            foreach (ContextNode child in Below(at, true).Where(child => part.IsMatch(child.Name)))
            {
                MatchOrWalk(child, parts, index, isLast);
            }
        }
        else
        {
            WalkDirectories(at, parts, index, !(isPatternStart && index == 0));
        }
    }

    private void WalkDirectories(ContextNode at, IReadOnlyList<GlobPart> parts, int index, bool followsLinks)
    {
        GlobPart? rest = index + 1 < parts.Count ? parts[index + 1] : null;
        if (rest is null || rest.Name == string.Empty)
        {
            Add(at, rest is not null);
        }

        if (at.Kind == ContextKind.Link && !followsLinks)
        {
            return;
        }

        if (followsLinks && ReferenceEquals(parts, GlobPattern.Everything.Parts))
        {
            _walked.Add(at.Path);
        }

        foreach (ContextNode child in Below(at, at.Parent is not null && at.Kind == ContextKind.Link))
        {
            if (rest is null)
            {
                Add(child, false);
            }

            if (child.Kind == ContextKind.Directory)
            {
                WalkDirectories(child, parts, index, followsLinks);
            }
            else if (child.Kind == ContextKind.Link && rest is not null && followsLinks && CanFollow(child, false))
            {
                Walk(child, parts, index + 1, false);
            }

            if (rest is not null && (rest.IsWildcard ? rest.IsMatch(child.Name) : rest.Name is { Length: > 0 } name && name == child.Name))
            {
                MatchOrWalk(child, parts, index + 1, index + 2 == parts.Count);
            }
        }
    }

    private void MatchOrWalk(ContextNode node, IReadOnlyList<GlobPart> parts, int index, bool isLast)
    {
        if (isLast)
        {
            Add(node, false);
        }
        else if (node.Kind is ContextKind.Directory or ContextKind.Link)
        {
            Walk(node, parts, index + 1, false);
        }
    }

    private ContextNode? Named(ContextNode at, string name) => name == "." ? at : CanFollow(at, true) ? ContextTree.Child(at, name) : null;

    private IReadOnlyList<ContextNode> Below(ContextNode at, bool isMeant) => CanFollow(at, isMeant) && !isHidden(at) ? tree.Children(at) : [];

    /// <summary>Whether something can be gone through.</summary>
    /// <param name="node">The directory or link.</param>
    /// <param name="isMeant">Whether the pattern names it: then it is worth an error.</param>
    private bool CanFollow(ContextNode node, bool isMeant)
    {
        if (node.Kind != ContextKind.Link || followsOutside || tree.TargetOf(node) is { IsInside: true } or { RealPath: null })
        {
            return true;
        }

        if (isMeant && tree.TargetOf(node).IsDirectory)
        {
            Outside.Add(node.Path);
        }

        return false;
    }

    private void Add(ContextNode node, bool isDirectoryMeant)
    {
        if (!isDirectoryMeant || node.Kind is ContextKind.Directory or ContextKind.Link)
        {
            Found.TryAdd(node.Path, node);
        }
    }
}
