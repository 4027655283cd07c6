using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Listing;

namespace E2B.PowerShell.Commands;

/// <summary>Lists templates, page by page as the pipeline asks for them, or gets some by name or id.</summary>
[Cmdlet(VerbsCommon.Get, "E2BTemplate")]
[OutputType(typeof(TemplateInfo))]
public sealed class GetE2BTemplateCommand : ListingCmdlet
{
    /// <summary>Names or ids, or patterns of them.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("TemplateId", "Id", "Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public object[]? Template { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Template is null)
        {
            if (!MyInvocation.BoundParameters.ContainsKey(nameof(Template)))
            {
                WriteList(Client.Templates.ListAsync(cancellationToken: StopToken), static _ => true, null);
            }

            return;
        }

        foreach (object given in Template)
        {
            // That a sandbox leads to its template does no harm here.
            if ((TemplateArgument.GetTemplate(given) ?? (SandboxArgument.TryGetSandbox(given, out Sandbox? sandbox) ? sandbox!.TemplateId : null)) is { } name)
            {
                Get(name, given);
            }
            else
            {
                WriteError(ErrorFactory.InvalidArgument("E2BNotATemplate", $"'{given}' is no template. Give a name, an id or a pattern.", given));
            }
        }
    }

    private void Get(string name, object given)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            if (TryAwait(token => Client.Templates.GetAsync(name, token), given, out TemplateInfo info))
            {
                WriteObject(info);
            }

            return;
        }

        var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
        WriteList(
            Client.Templates.ListAsync(cancellationToken: StopToken),
            one => pattern.IsMatch(one.TemplateId) || one.Names.Any(pattern.IsMatch) || one.Aliases.Any(pattern.IsMatch),
            given);
    }
}
