using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using E2B.PowerShell.Code;

namespace E2B.PowerShell.Completion;

/// <summary>Offers the forms that a result of code can be saved in.</summary>
public sealed class CodeFormatCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Quoting.Complete(ResultFile.Names, wordToComplete);
}
