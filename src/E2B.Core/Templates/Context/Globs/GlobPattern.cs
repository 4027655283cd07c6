namespace E2B.Templates.Context.Globs;

/// <summary>A pattern of paths without braces, name by name.</summary>
internal sealed class GlobPattern
{
    private GlobPattern(IReadOnlyList<GlobPart> parts) => Parts = parts;

    /// <summary>All that is below where it is applied.</summary>
    public static GlobPattern Everything { get; } = new(new[] { GlobPart.AnyDirectories, GlobPart.Parse("*") });

    public IReadOnlyList<GlobPart> Parts { get; }

    /// <summary>The patterns that a copy's source stands for.</summary>
    /// <param name="source">Relative to the context, with slashes.</param>
    /// <exception cref="E2BInvalidArgumentException">It leads back from <c>**</c>, or out of the context.</exception>
    public static IReadOnlyList<GlobPattern> Parse(string source) =>
        BraceExpansion.Expand(source).Select(pattern => new GlobPattern(Names(pattern, source).Select(name => Part(name, source)).ToArray())).ToArray();

    private static GlobPart Part(string name, string source)
    {
        var part = GlobPart.Parse(name);
        return part.Name is not (".." or ".") || name == "." ? part : throw LeadsOut(source);
    }

    private static List<string> Names(string pattern, string source)
    {
        var names = new List<string>();
        string[] parts = pattern.Split('/');
        for (int i = 0; i < parts.Length; i++)
        {
            string part = parts[i];
            bool isLast = i == parts.Length - 1;
            switch (part)
            {
                // Braces may have made it absolute.
                case "" when names.Count == 0 && !isLast:
                    throw LeadsOut(source);

                // A directory is meant.
                case "" or "." when isLast && names.Count > 0:
                    names.Add(string.Empty);
                    break;

                // "./x" keeps its dot: links are followed by a "**" that is not the first part.
                case "" or "." when names.Count > 0:
                case "**" when names.Count > 0 && names[^1] == "**":
                    break;
                case ".." when names.Count > 0 && names[^1] == "**":
                    throw new E2BInvalidArgumentException($"'{source}' goes back with '..' from '**'. Say where the files are without it.");
                case ".." when names.Count > 0 && names[^1] != ".":
                    names.RemoveAt(names.Count - 1);
                    break;
                case "..":
                    throw LeadsOut(source);
                default:
                    names.Add(part);
                    break;
            }
        }

        return names is [] or [""] or [".", ""] ? ["."] : names;
    }

    private static E2BInvalidArgumentException LeadsOut(string source) =>
        new($"'{source}' leads out of the template's context directory. Choose a context directory that holds the file.");
}
