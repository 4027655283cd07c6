namespace E2B.PowerShell.Agents;

/// <summary>A call that is not made, or not to its end: a result for the model, and no error of the host's.</summary>
internal sealed class ToolRefusal(string errorId, string message) : Exception(message)
{
    public string ErrorId { get; } = errorId;
}
