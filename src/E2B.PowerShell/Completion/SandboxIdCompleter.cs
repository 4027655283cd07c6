using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace E2B.PowerShell.Completion;

/// <summary>Offers the ids of sandboxes, with template, state, start, time left and labels beside them.</summary>
public sealed class SandboxIdCompleter : IArgumentCompleter
{
    /// <summary>These work on paused sandboxes too, unless they are told a state.</summary>
    private static readonly HashSet<string> _forPaused = new(StringComparer.OrdinalIgnoreCase)
    {
        "Get-E2BSandbox", "Remove-E2BSandbox", "Resume-E2BSandbox", "Connect-E2BSandbox", "Copy-E2BSandbox", "Test-E2BSandbox", "Wait-E2BSandbox",
    };

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string prefix = (wordToComplete ?? string.Empty).Trim('\'', '"');
        return RunningSandboxes.List(fakeBoundParameters, withPaused: _forPaused.Contains(commandName))
            .Where(info => info.SandboxId.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .OrderBy(static info => info.State == SandboxState.Paused)
            .Select(static info => new CompletionResult(
                info.SandboxId,
                $"{info.SandboxId} ({info.Template})",
                CompletionResultType.ParameterValue,
                string.Create(
                    CultureInfo.CurrentCulture,
                    $"{info.Template}, started {info.StartedAt.ToLocalTime():t}, {StateOf(info)}{Labels(info)}")));
    }

    private static string StateOf(SandboxInfo info) => info.State == SandboxState.Paused
        ? "paused"
        : string.Create(CultureInfo.CurrentCulture, $"running, {Math.Ceiling(info.TimeLeft.TotalMinutes)} min left");

    private static string Labels(SandboxInfo info) =>
        info.Metadata.Count == 0 ? string.Empty : ", " + string.Join(", ", info.Metadata.Select(static pair => $"{pair.Key}={pair.Value}"));
}
