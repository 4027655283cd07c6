using System.Management.Automation;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Keeps templates to their own project again.</summary>
[Cmdlet(VerbsData.Unpublish, "E2BTemplate", SupportsShouldProcess = true)]
[OutputType(typeof(TemplateInfo))]
public sealed class UnpublishE2BTemplateCommand : TemplateCmdlet
{
    /// <summary>Write the template as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Work(string name, object given)
    {
        if (ShouldProcess(Show(name, given), "Keep the template to its own project")
            && TryAwait(token => Client.Templates.UnpublishAsync(name, token), given, out _)
            && PassThru && TryAwait(token => Client.Templates.GetAsync(name, token), given, out TemplateInfo info))
        {
            WriteObject(info);
        }
    }
}
