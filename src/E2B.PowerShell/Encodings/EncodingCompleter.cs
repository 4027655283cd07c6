using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace E2B.PowerShell.Encodings;

/// <summary>Offers the names of encodings that PowerShell's own cmdlets offer.</summary>
public sealed class EncodingCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string prefix = (wordToComplete ?? string.Empty).Trim('\'', '"');
        return TextEncodings.Names
            .Where(known => known.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Select(static known => new CompletionResult(known.Name, known.Name, CompletionResultType.ParameterValue, known.Meaning));
    }
}
