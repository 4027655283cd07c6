using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace E2B.PowerShell.Completion;

/// <summary>Offers the ids of the running sandboxes, with their template and age beside them.</summary>
public sealed class SandboxIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string prefix = (wordToComplete ?? string.Empty).Trim('\'', '"');
        return RunningSandboxes.List(fakeBoundParameters)
            .Where(info => info.SandboxId.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Select(info => new CompletionResult(
                info.SandboxId,
                $"{info.SandboxId} ({info.Template})",
                CompletionResultType.ParameterValue,
                string.Create(
                    CultureInfo.CurrentCulture,
                    $"{info.Template}, started {info.StartedAt.ToLocalTime():t}, {Math.Ceiling(info.TimeLeft.TotalMinutes)} min left{Labels(info)}")));
    }

    private static string Labels(SandboxInfo info) =>
        info.Metadata.Count == 0 ? string.Empty : ", " + string.Join(", ", info.Metadata.Select(static pair => $"{pair.Key}={pair.Value}"));
}
