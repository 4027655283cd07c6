using System.Management.Automation;
using System.Text.RegularExpressions;

namespace E2B.PowerShell.Templates;

/// <summary>
/// Versions that came as numbers. The number 3.1 may have been typed so, or be what is left of a 3.10 that went through a variable; only the
/// cmdlet, which knows its line, can tell, and an attribute only sees the value. So the value is marked until then.
/// </summary>
internal static class VersionText
{
    // Of the private use area: it means nothing to anybody, and no version has it.
    private const char Doubtful = '\uE2B0';

    /// <summary>A number as a version, marked when a zero may have been lost at its end. Nobody has a version 3.110.</summary>
    public static string OfNumber(string number) =>
        number.Length - number.IndexOf('.', StringComparison.Ordinal) > 2 && number.Contains('.', StringComparison.Ordinal) ? number : number + Doubtful;

    /// <summary>The version.</summary>
    /// <exception cref="E2BInvalidArgumentException">Its text is lost.</exception>
    public static string Check(string version, InvocationInfo invocation)
    {
        string text = version.TrimEnd(Doubtful);
        return text.Length == version.Length || Regex.IsMatch(invocation.Line ?? string.Empty, $@"[\s:]{Regex.Escape(text)}(?![\w.])", RegexOptions.CultureInvariant)
            ? text
            : throw new E2BInvalidArgumentException($"The version {text} came as a number, and 3.10 as a number is 3.1. Quote it where it is written, such as '3.10'.");
    }
}
