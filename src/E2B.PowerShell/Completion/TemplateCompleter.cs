using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Completion;

/// <summary>Offers the project's templates, the session's default and those of the running sandboxes.</summary>
public sealed class TemplateCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string prefix = (wordToComplete ?? string.Empty).Trim('\'', '"');
        IEnumerable<string> names = RunningSandboxes.List(fakeBoundParameters).Select(static info => info.Template)
            .Concat(TemplateListing.First(fakeBoundParameters, static (templates, token) => templates.ListAsync(cancellationToken: token)).Select(static one => one.Name))
            .Append("base");
        if (E2BSession.Current.Defaults.Template is { } chosen)
        {
            names = names.Append(chosen);
        }

        return names.Distinct(StringComparer.OrdinalIgnoreCase)
            .Where(name => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.OrdinalIgnoreCase)
            .Select(static name => new CompletionResult(name));
    }
}
