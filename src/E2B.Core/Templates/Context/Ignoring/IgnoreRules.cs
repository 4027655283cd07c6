namespace E2B.Templates.Context.Ignoring;

/// <summary>
/// What is left out of the context, by Docker's rules: the last rule that matches a path or a directory above it decides.
/// </summary>
/// <remarks>
/// The official SDK hands the lines of a <c>.dockerignore</c> to a library for other patterns. There <c>node_modules</c> leaves out the directory
/// and takes all that is in it, <c>!</c> is a letter, and <c>/dist</c> and <c>dist/</c> match nothing or less than they should. Where both
/// take the same files, the hashes are the same.
/// </remarks>
internal sealed class IgnoreRules
{
    public const string FileName = ".dockerignore";

    private readonly List<IgnoreRule> _rules = [];

    private IgnoreRules()
    {
    }

    /// <summary>Whether something below what is ignored may be taken after all.</summary>
    public bool HasExceptions { get; private set; }

    /// <summary>The patterns given, and behind them the lines of the ignore file, where there is one.</summary>
    /// <exception cref="TemplateContextException">A pattern cannot be understood, or the file not be read.</exception>
    public static IgnoreRules Read(string file, IEnumerable<string> patterns, bool isWindows)
    {
        var rules = new IgnoreRules();
        foreach (string pattern in patterns.Where(static pattern => !string.IsNullOrWhiteSpace(pattern)))
        {
            rules.Add(pattern.Trim(), isWindows, "The ignore pattern", FileName);
        }

        if (!File.Exists(file))
        {
            return rules;
        }

        try
        {
            rules.AddLines(File.ReadLines(file), isWindows, Path.GetFileName(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TemplateContextException(
                TemplateContextError.Unreadable, $"Could not read '{file}': {e.Message} Without it, it is not known what to copy.", new[] { Path.GetFileName(file) }, e);
        }

        return rules;
    }

    /// <summary>The rules of an ignore file's lines.</summary>
    /// <exception cref="TemplateContextException">A line cannot be understood.</exception>
    public static IgnoreRules Parse(IEnumerable<string> lines, bool isWindows)
    {
        var rules = new IgnoreRules();
        rules.AddLines(lines, isWindows, FileName);
        return rules;
    }

    /// <summary>What the rules say of a path.</summary>
    /// <param name="path">The path, relative to the context, with slashes.</param>
    /// <param name="parent">What they said of the directory that it is in; <see langword="null"/> for the context itself.</param>
    public IgnoreVerdict Judge(string path, IgnoreVerdict? parent)
    {
        var matched = new bool[_rules.Count];
        bool isIgnored = false;
        for (int i = 0; i < matched.Length; i++)
        {
            matched[i] = parent?.Matched[i] == true || _rules[i].IsMatch(path);
            if (matched[i])
            {
                isIgnored = !_rules[i].IsException;
            }
        }

        return new IgnoreVerdict(isIgnored, matched);
    }

    private void AddLines(IEnumerable<string> lines, bool isWindows, string name)
    {
        int number = 0;
        foreach (string read in lines)
        {
            number++;
            string line = number == 1 ? read.TrimStart('\uFEFF') : read;

            // A comment begins the line: " #x" is a pattern.
            if (!line.StartsWith('#') && line.Trim() is { Length: > 0 } pattern)
            {
                Add(pattern, isWindows, $"Line {number} of {name}", name);
            }
        }
    }

    private void Add(string pattern, bool isWindows, string where, string name)
    {
        try
        {
            var rule = IgnoreRule.Parse(pattern, isWindows);
            _rules.Add(rule);
            HasExceptions |= rule.IsException;
        }
        catch (FormatException e)
        {
            throw new TemplateContextException(
                TemplateContextError.IgnoreFile, $"{where}, '{pattern}', is no pattern: {e.Message}.", new[] { name }, e);
        }
    }
}
