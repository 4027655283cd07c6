using System.Management.Automation;
using System.Management.Automation.Language;

namespace E2B.PowerShell.Completion;

/// <summary>Names as they have to be typed.</summary>
internal static class Quoting
{
    /// <summary>The names that begin with what was typed, in quotes where they need them.</summary>
    public static IEnumerable<CompletionResult> Complete(IEnumerable<string> names, string? typed)
    {
        string prefix = (typed ?? string.Empty).Trim('\'', '"');
        return names
            .Where(name => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.OrdinalIgnoreCase)
            .Select(static name => new CompletionResult(
                name.All(static c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.') ? name : $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'",
                name,
                CompletionResultType.ParameterValue,
                name));
    }
}
