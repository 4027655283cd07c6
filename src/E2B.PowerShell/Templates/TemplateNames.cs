using System.Text.RegularExpressions;

namespace E2B.PowerShell.Templates;

/// <summary>What a new template can be called.</summary>
internal static partial class TemplateNames
{
    /// <summary>The same for a person.</summary>
    public const string Rule = "A name has letters, digits, - and _, 128 at most.";

    /// <summary>Whether a name can be one, in whatever capitals: as it is, behind a namespace, or before a tag. Tags are the service's to judge.</summary>
    public static bool IsName(string text) => FullName().IsMatch(text);

    /// <summary>Whether it is a name alone, in small letters.</summary>
    public static bool IsPlainName(string text) => PlainName().IsMatch(text);

    [GeneratedRegex(@"\A\s*([A-Za-z0-9_-]+/)?[A-Za-z0-9_-]{1,128}\s*(:|\z)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex FullName();

    [GeneratedRegex(@"\A[a-z0-9_-]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();
}
