using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace E2B.LocalServer.Network;

/// <summary>A host name, <c>*.</c> and one (the names below it, not itself), or <c>*</c> for every name.</summary>
public sealed partial record NamePattern
{
    private const int LongestName = 253;
    private readonly string _text;

    private NamePattern(string text) => _text = text;

    public static bool TryParse(string text, [NotNullWhen(true)] out NamePattern? pattern)
    {
        var name = text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text;
        var isOne = text == "*" || (name.Length <= LongestName && Form().IsMatch(name));
        pattern = isOne ? new NamePattern(text) : null;
        return isOne;
    }

    /// <summary>Whether a name, as a client gave it, is meant. Letter case does not matter.</summary>
    public bool Matches(string name) =>
        _text == "*"
        || name.Equals(_text, StringComparison.OrdinalIgnoreCase)
        || (_text[0] == '*' && name.Length > _text.Length - 1 && name.EndsWith(_text[1..], StringComparison.OrdinalIgnoreCase));

    public override string ToString() => _text;

    // Labels of letters, digits, '-' and '_', as in the names that DNS holds.
    [GeneratedRegex(@"^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
