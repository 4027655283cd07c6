using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Gives builds of templates more tags.</summary>
[Cmdlet(VerbsCommon.Add, "E2BTemplateTag", SupportsShouldProcess = true)]
[OutputType(typeof(TemplateTag))]
public sealed class AddE2BTemplateTagCommand : TemplateCmdlet
{
    /// <summary>The new tags.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [TagText]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = [];

    /// <summary>A build is meant, so with its tag.</summary>
    private protected override string? NameOf(object given) =>
        TemplateArgument.GetTemplate(given) is null ? null : TemplateArgument.GetName(given);

    private protected override void Work(string name, object given)
    {
        if (ShouldProcess(Show(name, given), $"Give the build the tags {string.Join(", ", Tag)}")
            && TryAwait(token => Client.Templates.AddTagsAsync(name, Tag, token), given, out IReadOnlyList<TemplateTag> tags))
        {
            WriteObject(tags, enumerateCollection: true);
        }
    }
}
