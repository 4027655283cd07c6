using System.Management.Automation;

namespace E2B.PowerShell.Agents;

/// <summary>What of an error goes to a model.</summary>
internal static class ToolError
{
    /// <summary>The module's own id, without the cmdlet that PowerShell puts after it. What the parameter binder says is about arguments.</summary>
    public static string Id(ErrorRecord error) => error.Exception is ParameterBindingException ? "E2BInvalidToolArgument" : error.FullyQualifiedErrorId.Split(',')[0];

    /// <summary>The message, without the colours that a traceback may have.</summary>
    public static string Message(ErrorRecord error) => error.ErrorDetails?.Message ?? error.Exception.Message;
}
