using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace E2B.PowerShell.Completion;

/// <summary>Offers what is in the sandbox that is copied from, or for the destination in the one copied to. PowerShell itself offers local files.</summary>
public sealed class CopyPathCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        bool isDestination = parameterName == "Destination";
        object? sandbox = fakeBoundParameters[isDestination ? "ToSandbox" : "FromSandbox"];
        if (sandbox is null)
        {
            return [];
        }

        object? user = fakeBoundParameters[isDestination && fakeBoundParameters["FromSandbox"] is not null ? "TargetUser" : "User"];
        var bound = new Hashtable(fakeBoundParameters) { ["Sandbox"] = sandbox, ["User"] = user };
        SandboxPathCompleter completer = parameterName == "Path" ? new SandboxPathCompleter() : new SandboxLiteralPathCompleter();
        return completer.CompleteArgument(commandName, parameterName, wordToComplete, commandAst, bound);
    }
}
