using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using E2B.PowerShell.Agents;

namespace E2B.PowerShell.Completion;

/// <summary>Completes the names of cmdlets that can be tools.</summary>
public sealed class ToolNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Quoting.Complete(ToolCatalog.All.Select(static rule => rule.Name), wordToComplete);
}
