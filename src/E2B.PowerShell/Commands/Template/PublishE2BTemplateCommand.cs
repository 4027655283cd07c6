using System.Management.Automation;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Lets every project make sandboxes from templates. It asks first.</summary>
[Cmdlet(VerbsData.Publish, "E2BTemplate", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(TemplateInfo))]
public sealed class PublishE2BTemplateCommand : TemplateCmdlet
{
    /// <summary>Do not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Write the template as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Work(string name, object given)
    {
        if ((!IsForcedBy(Force) && !ShouldProcess(Show(name, given), "Let everybody, in other projects too, make sandboxes from the template"))
            || !TryAwait(token => Client.Templates.PublishAsync(name, token), given, out IReadOnlyList<string> names))
        {
            return;
        }

        WriteVerbose(names.Count > 0 ? $"Others find it as {string.Join(", ", names)}." : $"Others find it by its id, {name}.");
        if (PassThru && TryAwait(token => Client.Templates.GetAsync(name, token), given, out TemplateInfo info))
        {
            WriteObject(info);
        }
    }
}
