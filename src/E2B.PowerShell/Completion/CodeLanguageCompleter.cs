using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace E2B.PowerShell.Completion;

/// <summary>Offers the languages that code interpreters of the service know. Others can be typed.</summary>
public sealed class CodeLanguageCompleter : IArgumentCompleter
{
    private static readonly string[] _languages = ["python", "javascript", "typescript", "r", "java", "bash"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Quoting.Complete(_languages, wordToComplete);
}
