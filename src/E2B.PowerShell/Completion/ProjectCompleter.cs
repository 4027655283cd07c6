using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Completion;

/// <summary>Offers the project that the CLI holds. Others would have to be asked for with the account's token.</summary>
public sealed class ProjectCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Quoting.Complete(CliConfiguration.Read()?.Project is { } project ? [project] : [], wordToComplete);
}
