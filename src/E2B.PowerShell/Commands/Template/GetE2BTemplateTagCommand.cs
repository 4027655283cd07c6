using System.Management.Automation;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Lists the tags of templates.</summary>
[Cmdlet(VerbsCommon.Get, "E2BTemplateTag")]
[OutputType(typeof(TemplateTag))]
public sealed class GetE2BTemplateTagCommand : TemplateCmdlet
{
    /// <summary>Tags, or patterns of them.</summary>
    [Parameter(Position = 1)]
    [TagText]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TemplateTagCompleter))]
    public string[]? Tag { get; set; }

    private protected override void Work(string name, object given)
    {
        if (!TryAwait(token => Client.Templates.GetTagsAsync(name, token), given, out IReadOnlyList<TemplateTag> tags))
        {
            return;
        }

        foreach (string wanted in Tag ?? ["*"])
        {
            var pattern = new WildcardPattern(wanted, WildcardOptions.IgnoreCase);
            TemplateTag[] found = [.. tags.Where(one => pattern.IsMatch(one.Tag))];
            WriteObject(found, enumerateCollection: true);
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(wanted))
            {
                WriteError(ErrorFactory.NotFound("E2BTemplateTagNotFound", $"The template '{name}' has no tag '{wanted}'.", given));
            }
        }
    }
}
