using System.Management.Automation;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Removes tags of templates. It asks first.</summary>
[Cmdlet(VerbsCommon.Remove, "E2BTemplateTag", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveE2BTemplateTagCommand : TemplateCmdlet
{
    /// <summary>The tags; not for tags that are piped.</summary>
    [Parameter(Position = 1)]
    [TagText]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TemplateTagCompleter))]
    public string[]? Tag { get; set; }

    /// <summary>Do not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void Work(string name, object given)
    {
        string[]? wanted = Tag ?? ((given is PSObject wrapped ? wrapped.BaseObject : given) is TemplateTag one ? [one.Tag] : null);
        if (wanted is null)
        {
            WriteError(ErrorFactory.InvalidArgument("E2BNoTag", "No tag is named. Give one after the template, or pipe tags from Get-E2BTemplateTag.", given));
            return;
        }

        // The service takes no notice of tags that are not there; whoever mistyped one is to be told.
        if (!TryAwait(token => Client.Templates.GetTagsAsync(name, token), given, out IReadOnlyList<TemplateTag> tags))
        {
            return;
        }

        foreach (string tag in wanted)
        {
            if (!tags.Any(one => one.Tag.Equals(tag.Trim(), StringComparison.OrdinalIgnoreCase)))
            {
                WriteError(ErrorFactory.NotFound("E2BTemplateTagNotFound", $"The template '{name}' has no tag '{tag}'. Get-E2BTemplateTag lists those that it has.", given));
            }
            else if (IsForcedBy(Force) || ShouldProcess($"{Show(name, given)}:{tag}", "Remove the tag"))
            {
                TryAwait(token => RemoveAsync(name, tag, token), given, out _);
            }
        }
    }

    private async Task<bool> RemoveAsync(string name, string tag, CancellationToken cancellationToken)
    {
        await Client.Templates.RemoveTagsAsync(name, [tag], cancellationToken).ConfigureAwait(false);
        return true;
    }
}
