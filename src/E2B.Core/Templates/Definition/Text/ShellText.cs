using System.Buffers;

namespace E2B.Templates.Definition.Text;

/// <summary>Words in lines for a POSIX shell. Written as the official SDKs write them, so that layers that they made are found in the cache.</summary>
internal static class ShellText
{
    private static readonly SearchValues<char> _plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-");

    private static readonly SearchValues<char> _operators = SearchValues.Create("<>|&;\n\r");

    /// <summary>The text as one word.</summary>
    public static string Quote(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(_plain)
        ? text
        : "'" + text.Replace("'", "'\"'\"'", StringComparison.Ordinal) + "'";

    /// <summary>
    /// Names of packages. They stand as they are, as in the official SDKs, except for what the shell would take for an operator:
    /// <c>numpy&gt;=2</c> means a version, not a file.
    /// </summary>
    public static string Package(string name) => name.AsSpan().ContainsAny(_operators) ? Quote(name) : name;
}
