using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Templates;

/// <summary>The base of cmdlets that do one thing to each of the templates named, one after the other.</summary>
public abstract class TemplateCmdlet : ConnectedCmdlet
{
    /// <summary>Templates, their names or their ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("TemplateId", "Id", "Name")]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public object[] Template { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object given in Template)
        {
            if (NameOf(given) is { } name)
            {
                Work(name, given);
            }
            else
            {
                WriteError(ErrorFactory.InvalidArgument(
                    "E2BNotATemplate", $"'{given}' is no template. Give a template from Get-E2BTemplate or Build-E2BTemplate, its name or its id.", given));
            }
        }
    }

    /// <summary>The name or id that a value gives.</summary>
    private protected virtual string? NameOf(object given) => TemplateArgument.GetTemplate(given);

    /// <summary>Does it. A failure is a non-terminating error.</summary>
    /// <param name="name">The template's name or id.</param>
    /// <param name="given">What was given: the target of errors.</param>
    private protected abstract void Work(string name, object given);

    /// <summary>How a template is shown to a person: an id alone says little.</summary>
    private protected static string Show(string name, object given) =>
        (given is PSObject wrapped ? wrapped.BaseObject : given) is TemplateInfo info && info.Name != name ? $"{info.Name} ({name})" : name;
}
