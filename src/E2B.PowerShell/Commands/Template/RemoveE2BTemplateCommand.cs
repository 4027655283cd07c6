using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Deletes templates with all their builds and tags. It asks first.</summary>
[Cmdlet(VerbsCommon.Remove, "E2BTemplate", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveE2BTemplateCommand : TemplateCmdlet
{
    /// <summary>Do not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void Work(string name, object given)
    {
        if ((IsForcedBy(Force) || ShouldProcess(Show(name, given), "Delete the template with all its builds and tags"))
            && TryAwait(token => Client.Templates.DeleteAsync(name, token), given, out bool deleted) && !deleted)
        {
            WriteError(ErrorFactory.Create(
                new TemplateNotFoundException($"There is no template '{name}'. Get-E2BTemplate lists those that are there.") { Template = name }, given));
        }
    }
}
