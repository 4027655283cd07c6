using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace E2B.PowerShell.Completion;

/// <summary>For a first positional that is the sandbox, or with a default sandbox a local path.</summary>
public sealed class SandboxOrLocalPathCompleter : IArgumentCompleter
{
    private readonly SandboxIdCompleter _ids = new();

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? string.Empty).Trim('\'', '"');
        IEnumerable<CompletionResult> ids = word.Length == 0 || Binding.SandboxArgument.CanBeId(word)
            ? _ids.CompleteArgument(commandName, parameterName, word, commandAst, fakeBoundParameters)
            : [];
        return ids.Concat(CompletionCompleters.CompleteFilename(word));
    }
}
