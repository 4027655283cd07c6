using System.Text.RegularExpressions;

namespace E2B.Templates;

/// <summary>Text of a build, which programs wrote for a terminal, as text alone.</summary>
internal static partial class PlainText
{
    /// <summary>Without escape sequences and other control characters, and without white space at its end.</summary>
    public static string Of(string? text) => string.IsNullOrEmpty(text) ? string.Empty : Control().Replace(text, string.Empty).TrimEnd();

    [GeneratedRegex(@"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\-_])|\r(?=\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", RegexOptions.CultureInvariant)]
    private static partial Regex Control();
}
