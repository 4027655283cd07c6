using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Completion;

/// <summary>Offers the names of the stored profiles.</summary>
public sealed class ProfileNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            return Quoting.Complete(ProfileFile.Names(), wordToComplete);
        }
        catch (Exception e) when (e is E2BException or IOException or UnauthorizedAccessException)
        {
            // A completer has nowhere to report to; the cmdlet itself will say what is wrong.
            return [];
        }
    }
}
