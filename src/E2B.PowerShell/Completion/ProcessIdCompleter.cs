using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Processes;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Completion;

/// <summary>Offers the processes of the sandbox on the command line, else of the default one, with their commands beside them.</summary>
public sealed class ProcessIdCompleter : IArgumentCompleter
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            object? named = fakeBoundParameters["Sandbox"];
            E2BSession session = E2BSession.Current;
            Sandbox? sandbox = named is null
                ? session.Defaults.Sandbox
                : SandboxArgument.TryGetSandbox(named, out Sandbox? given)
                    ? given
                    : RunningSandboxes.ClientFor(fakeBoundParameters).Sandboxes.Attach(SandboxArgument.GetId(named));
            if (sandbox is null)
            {
                return [];
            }

            using var limit = new CancellationTokenSource(_limit);
            IReadOnlyList<ProcessDetails> processes = Task.Run(() => sandbox.Commands.ListAsync(limit.Token)).GetAwaiter().GetResult();
            return [.. processes
                .Select(static process => (Id: process.Pid.ToString(CultureInfo.InvariantCulture), Text: ProcessText.Of(process)))
                .Where(process => process.Id.StartsWith(wordToComplete ?? string.Empty, StringComparison.Ordinal))
                .Select(static process => new CompletionResult(
                    process.Id, $"{process.Id} {process.Text}", CompletionResultType.ParameterValue, process.Text))];
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // A completer has nowhere to report to; the cmdlet itself will say what is wrong.
            return [];
        }
    }
}
