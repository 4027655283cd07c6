using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Completion;

/// <summary>Offers the builds of the template that is named before, the newest first.</summary>
public sealed class TemplateBuildCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string prefix = (wordToComplete ?? string.Empty).Trim('\'', '"');
        return SandboxArgument.Enumerate(fakeBoundParameters["Template"]).Select(TemplateArgument.GetTemplate).FirstOrDefault() is { } template
            ? TemplateListing.First(fakeBoundParameters, (templates, token) => templates.ListBuildsAsync(template, token))
                .Where(build => build.BuildId.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                .Select(static build => new CompletionResult(
                    build.BuildId, $"{build.BuildId} {build.Status}", CompletionResultType.ParameterValue, $"{build.Status}, {build.CreatedAt?.LocalDateTime:g}"))
            : [];
    }
}
