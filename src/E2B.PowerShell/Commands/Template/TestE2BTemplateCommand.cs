using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Templates;

namespace E2B.PowerShell.Commands;

/// <summary>Says whether there are templates of names or ids.</summary>
[Cmdlet(VerbsDiagnostic.Test, "E2BTemplate")]
[OutputType(typeof(bool))]
public sealed class TestE2BTemplateCommand : TemplateCmdlet
{
    /// <summary>With the tag, where there is one.</summary>
    private protected override string? NameOf(object given) =>
        TemplateArgument.GetTemplate(given) is null ? null : TemplateArgument.GetName(given);

    private protected override void Work(string name, object given)
    {
        if (TryAwait(token => Client.Templates.ExistsAsync(name, token), given, out bool exists))
        {
            WriteObject(exists);
        }
    }
}
