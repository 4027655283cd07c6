using System.Text.RegularExpressions;

namespace E2B.Templates.Context.Globs;

/// <summary>What a pattern says of one name in a path.</summary>
internal sealed class GlobPart
{
    private readonly Regex? _regex;

    private GlobPart(string? name, Regex? regex)
    {
        Name = name;
        _regex = regex;
    }

    /// <summary>Any number of directories: <c>**</c>.</summary>
    public static GlobPart AnyDirectories { get; } = new(null, null);

    /// <summary>The one name that is meant; <see langword="null"/> for a wildcard. Empty behind the last slash: a directory is meant.</summary>
    public string? Name { get; }

    public bool IsWildcard => _regex is not null;

    public static GlobPart Parse(string part) => part == "**" ? AnyDirectories
        : GlobPartParser.Parse(part) is var (name, regex) && regex is null ? new GlobPart(name, null)
        : new GlobPart(null, new Regex(regex!, RegexOptions.CultureInvariant));

    /// <summary>Whether a wildcard matches a name.</summary>
    public bool IsMatch(string name) => _regex!.IsMatch(name);
}
