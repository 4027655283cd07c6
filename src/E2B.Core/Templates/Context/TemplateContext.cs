using E2B.Templates.Context.Globs;
using E2B.Templates.Context.Ignoring;

namespace E2B.Templates.Context;

/// <summary>
/// A directory that copy steps take files from. It reads each directory once: one object is for the steps of one build, and not for two at once.
/// </summary>
internal sealed class TemplateContext
{
    private readonly IgnoreRules _rules;
    private readonly ContextTree _tree;

    /// <param name="directory">The directory.</param>
    /// <param name="options">What is left out.</param>
    /// <exception cref="TemplateContextException">It is not there, or the patterns to leave out cannot be understood.</exception>
    public TemplateContext(string directory, ContextOptions? options = null)
    {
        _tree = new ContextTree(directory);
        _rules = IgnoreRules.Read(options?.IgnoreFile ?? Path.Join(_tree.RootPath, IgnoreRules.FileName), options?.IgnorePatterns ?? [], OperatingSystem.IsWindows());
    }

    /// <summary>The directory, absolute.</summary>
    public string Directory => _tree.RootPath;

    /// <summary>Finds what a copy step takes.</summary>
    /// <param name="source">A file, directory or pattern, relative to the context.</param>
    /// <param name="resolveLinks">Whether what links lead to is taken in their place.</param>
    /// <param name="followsOutside">Whether links may lead out of the context. Otherwise nothing outside it is read.</param>
    /// <exception cref="E2BInvalidArgumentException">The source is absolute, leads out of the context, or cannot be understood.</exception>
    /// <exception cref="TemplateContextException">Nothing matches, a directory cannot be read, or a link to be followed is broken or leads outside.</exception>
    public ContextSelection Select(string source, bool resolveLinks, bool followsOutside = false)
    {
        try
        {
            return Find(source, resolveLinks, followsOutside);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A name on the way to it, of a directory that may not be entered, or longer than the system takes.
            throw new TemplateContextException(
                TemplateContextError.Unreadable, $"Could not look for '{source}' in '{Directory}': {e.Message.TrimEnd('.')}. Change permissions or the name, or copy something else.", new[] { source }, e);
        }
    }

    private ContextSelection Find(string source, bool resolveLinks, bool followsOutside)
    {
        if (ContextPaths.IsAbsolute(source, OperatingSystem.IsWindows()))
        {
            throw new E2BInvalidArgumentException($"'{source}' is an absolute path. Name it relative to the template's context directory.");
        }

        var walker = new ContextWalker(_tree, IsHidden, followsOutside);
        foreach (GlobPattern pattern in GlobPattern.Parse(ContextPaths.WithSlashes(source, OperatingSystem.IsWindows())))
        {
            walker.Take(pattern);
        }

        List<ContextNode> taken = Taken(walker.Found);
        ThrowIfUnreadable();
        if (walker.Outside.Count > 0)
        {
            throw TemplateContextException.Of(
                TemplateContextError.Outside,
                $"'{source}' goes through links that lead out of the context directory",
                "Put the files into the directory, or choose one that holds them.",
                walker.Outside.Order(StringComparer.Ordinal).ToArray());
        }

        return taken.Count > 0
            ? new SelectionMaker(_tree, resolveLinks, followsOutside).Make(source, taken)
            : throw new TemplateContextException(
                TemplateContextError.NotFound,
                walker.Found.Count == 0
                    ? $"Nothing in '{Directory}' matches '{source}'."
                    : $"Everything in '{Directory}' that matches '{source}' is left out by {IgnoreRules.FileName} or the ignore patterns.",
                new[] { source });
    }

    private bool IsHidden(ContextNode node) => !_rules.HasExceptions && IsIgnored(node);

    private bool IsIgnored(ContextNode node) => node.Parent is not null && Judge(node).IsIgnored;

    private IgnoreVerdict Judge(ContextNode node) =>
        node.Verdict ??= _rules.Judge(node.Path, node.Parent is { Parent: not null } parent ? Judge(parent) : null);

    /// <summary>What is not ignored, and the directories that an exception is in.</summary>
    private List<ContextNode> Taken(Dictionary<string, ContextNode> found)
    {
        List<ContextNode> taken = [.. found.Values.Where(node => !IsIgnored(node))];
        if (!_rules.HasExceptions)
        {
            return taken;
        }

        var parents = new HashSet<ContextNode>();
        foreach (ContextNode node in taken)
        {
            for (ContextNode? parent = node.Parent; parent is { Parent: not null } && IsIgnored(parent); parent = parent.Parent)
            {
                if (found.TryGetValue(parent.Path, out ContextNode? match) && match.Kind == ContextKind.Directory)
                {
                    parents.Add(match);
                }
            }
        }

        return [.. taken, .. parents];
    }

    private void ThrowIfUnreadable()
    {
        // A directory that is ignored was looked into for the sake of exceptions only.
        var unreadable = _tree.Unreadable.Where(failure => !IsIgnored(failure.Directory)).ToList();
        if (unreadable.Count > 0)
        {
            throw TemplateContextException.Of(
                TemplateContextError.Unreadable,
                $"Could not read directories ({unreadable[0].Cause.Message.TrimEnd('.')})",
                $"Change their permissions, or leave them out by {IgnoreRules.FileName}.",
                unreadable.Select(static failure => failure.Directory.Path).ToArray(),
                unreadable[0].Cause);
        }
    }
}
