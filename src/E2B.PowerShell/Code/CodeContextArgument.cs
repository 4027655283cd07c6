using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Code;

/// <summary>The one way to name a context of a code interpreter: an object of it, or its id.</summary>
internal static class CodeContextArgument
{
    /// <summary>The context's id, and the object where there is one. Anything else ends the cmdlet.</summary>
    public static (string Id, CodeContext? Context) Of(E2BCmdlet cmdlet, object given)
    {
        if (TryGet(given, out string id, out CodeContext? context))
        {
            return (id, context);
        }

        cmdlet.Refuse("E2BInvalidArgument", $"'{given}' is no context. Give one from New-E2BCodeContext or Get-E2BCodeContext, or its id.", given);
        throw new InvalidOperationException();
    }

    /// <summary>The context's id, and the object where there is one.</summary>
    public static bool TryGet(object? given, out string id, out CodeContext? context)
    {
        object? value = given is System.Management.Automation.PSObject wrapped ? wrapped.BaseObject : given;
        context = value as CodeContext;
        id = context?.Id ?? value as string ?? string.Empty;
        return !string.IsNullOrWhiteSpace(id);
    }
}
