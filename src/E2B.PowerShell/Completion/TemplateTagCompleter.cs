using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Completion;

/// <summary>Offers the tags of the template that is named before.</summary>
public sealed class TemplateTagCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        SandboxArgument.Enumerate(fakeBoundParameters["Template"]).Select(TemplateArgument.GetTemplate).FirstOrDefault() is { } template
            ? Quoting.Complete(TemplateListing.First(fakeBoundParameters, (templates, token) => TagsAsync(templates, template, token)), wordToComplete)
            : [];

    private static async IAsyncEnumerable<string> TagsAsync(
        TemplateOperations templates, string template, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (TemplateTag tag in await templates.GetTagsAsync(template, cancellationToken).ConfigureAwait(false))
        {
            yield return tag.Tag;
        }
    }
}
