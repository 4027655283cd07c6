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
            && TryAwait(token => AddAsync(name, given, token), given, out IReadOnlyList<TemplateTag> tags))
        {
            WriteObject(tags, enumerateCollection: true);
        }
    }

    private async Task<IReadOnlyList<TemplateTag>> AddAsync(string name, object given, CancellationToken cancellationToken)
    {
        string template = name.Split(':')[0].Trim();
        IReadOnlyList<TemplateTag> added;
        try
        {
            added = await Client.Templates.AddTagsAsync(name, Tag, cancellationToken).ConfigureAwait(false);
        }
        catch (TemplateNotFoundException e) when (e.StatusCode is not null)
        {
            throw await ExplainAsync(e, name, template, cancellationToken).ConfigureAwait(false);
        }

        // The answer does not tell since when; and whoever gave a template by its id knows it by its name.
        string shown = (given is PSObject wrapped ? wrapped.BaseObject : given) is TemplateInfo info ? info.Name : template;
        try
        {
            IReadOnlyList<TemplateTag> all = await Client.Templates.GetTagsAsync(shown, cancellationToken).ConfigureAwait(false);
            TemplateTag[] told = [.. all.Where(one => added.Any(tag => tag.Tag == one.Tag && tag.BuildId == one.BuildId))];
            return told.Length == added.Count ? told : added;
        }
        catch (E2BException)
        {
            return added; // it is done, which is what was asked for
        }
    }

    /// <summary>Where the template is there, and has no such build: which tags it has.</summary>
    private async Task<TemplateNotFoundException> ExplainAsync(TemplateNotFoundException cause, string name, string template, CancellationToken cancellationToken)
    {
        IReadOnlyList<TemplateTag> tags;
        try
        {
            tags = await Client.Templates.GetTagsAsync(template, cancellationToken).ConfigureAwait(false);
        }
        catch (E2BException)
        {
            return cause;
        }

        string missing = name.Contains(':', StringComparison.Ordinal) ? name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() : "default, which is meant where none is named";
        return new TemplateNotFoundException(
            tags.Count == 0
                ? $"The template '{template}' has no build that could be tagged. Get-E2BTemplateBuild {template} lists its builds."
                : $"The template '{template}' has no build with the tag {missing}. Name the build by a tag that it has, as in Add-E2BTemplateTag {template}:{tags[0].Tag} {Tag[0]}; Get-E2BTemplateTag {template} lists them all.",
            cause)
        {
            Template = name,
        };
    }
}
