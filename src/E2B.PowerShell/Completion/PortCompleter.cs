using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using E2B.Protocol;

namespace E2B.PowerShell.Completion;

/// <summary>Offers the ports on which something listens in the sandbox on the command line, else in the default one.</summary>
public sealed class PortCompleter : IArgumentCompleter
{
    /// <summary>A person waits at the prompt: a sandbox that takes longer than this completes nothing.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        List(fakeBoundParameters)
            .Select(static port => port.ToString(CultureInfo.InvariantCulture))
            .Where(port => port.StartsWith(wordToComplete ?? string.Empty, StringComparison.Ordinal))
            .Select(static port => new CompletionResult(port, port, CompletionResultType.ParameterValue, $"Something listens on port {port}"));

    private static IEnumerable<int> List(IDictionary boundParameters)
    {
        try
        {
            if (NamedSandbox.Of(boundParameters) is not { } sandbox)
            {
                return [];
            }

            using var limit = new CancellationTokenSource(_limit);
            return Task.Run(() => sandbox.Ports.ListAsync(limit.Token)).GetAwaiter().GetResult()
                .Where(static port => port != E2BDefaults.DaemonPort);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // A completer has nowhere to report to; the cmdlet itself will say what is wrong.
            return [];
        }
    }
}
