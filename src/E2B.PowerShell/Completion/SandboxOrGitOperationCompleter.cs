using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using E2B.PowerShell.Git;

namespace E2B.PowerShell.Completion;

/// <summary>For a first positional that is the sandbox, or with a default sandbox one of git's operations.</summary>
public sealed class SandboxOrGitOperationCompleter : IArgumentCompleter
{
    private readonly SandboxIdCompleter _ids = new();

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
        IEnumerable<CompletionResult> operations = GitOperations.Names
            .Where(name => name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Select(static name => new CompletionResult(name));
        return operations.Concat(_ids.CompleteArgument(commandName, parameterName, word, commandAst, fakeBoundParameters));
    }
}
