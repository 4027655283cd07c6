using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace E2B.PowerShell.Completion;

/// <summary>For a first positional that is the sandbox, or with a default sandbox the path.</summary>
public sealed class SandboxOrPathCompleter : IArgumentCompleter
{
    private readonly SandboxIdCompleter _ids = new();
    private readonly SandboxPathCompleter _paths = new();

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        // What is being typed is bound to -Sandbox here, and is none if it is a path.
        var others = new Hashtable(fakeBoundParameters);
        others.Remove("Sandbox");
        bool isNamed = commandAst.CommandElements.OfType<CommandParameterAst>()
            .Any(static element => "Sandbox".StartsWith(element.ParameterName, StringComparison.OrdinalIgnoreCase));
        IEnumerable<CompletionResult> paths = isNamed
            ? []
            : _paths.CompleteArgument(commandName, "Path", wordToComplete, commandAst, others);
        return (wordToComplete ?? string.Empty).Contains('/', StringComparison.Ordinal)
            ? paths
            : _ids.CompleteArgument(commandName, parameterName, wordToComplete!, commandAst, fakeBoundParameters).Concat(paths);
    }
}
