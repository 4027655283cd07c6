using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Templates;

/// <summary>The base of cmdlets that make or extend definitions. They look at nothing but their arguments and local files.</summary>
public abstract class DefinitionCmdlet : E2BCmdlet
{
    /// <summary>The script that the cmdlet stands in; <see langword="null"/> at a prompt.</summary>
    private protected string? ScriptFile => string.IsNullOrEmpty(MyInvocation.ScriptName) ? null : MyInvocation.ScriptName;

    /// <summary>The line of the script.</summary>
    private protected int ScriptLine => MyInvocation.ScriptLineNumber;

    private protected bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Writes a definition; ends the cmdlet with an error when it cannot be, since the next one in the pipeline would build half of it.</summary>
    private protected void WriteDefinition(Func<Template> define)
    {
        Template template;
        try
        {
            template = define();
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            ThrowTerminatingError(ErrorFactory.Create(e, null));
            return;
        }

        WriteObject(template);
    }

    /// <summary>A local file that has to be there.</summary>
    private protected string ExistingFile(string path)
    {
        string full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);
        if (!File.Exists(full))
        {
            ThrowTerminatingError(ErrorFactory.NotFound("E2BLocalFileNotFound", $"There is no file '{path}' on this machine.", path));
        }

        return full;
    }
}
