using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace E2B.PowerShell.Completion;

/// <summary>Offers the contexts of the sandbox on the command line, else of the default one, with their languages beside them.</summary>
public sealed class CodeContextCompleter : IArgumentCompleter
{
    /// <summary>A person waits at the prompt: a sandbox that takes longer than this completes nothing.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            if (NamedSandbox.Of(fakeBoundParameters) is not { } sandbox)
            {
                return [];
            }

            using var limit = new CancellationTokenSource(_limit);
            IReadOnlyList<CodeContext> contexts = Task.Run(() => sandbox.Code.ListContextsAsync(limit.Token)).GetAwaiter().GetResult();
            return [.. contexts
                .Where(context => context.Id.StartsWith(wordToComplete?.Trim('\'', '"') ?? string.Empty, StringComparison.OrdinalIgnoreCase))
                .Select(static context => new CompletionResult(
                    context.Id, $"{context.Id} {context.Language}", CompletionResultType.ParameterValue, $"{context.Language} in {context.WorkingDirectory}"))];
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // A completer has nowhere to report to; the cmdlet itself will say what is wrong.
            return [];
        }
    }
}
