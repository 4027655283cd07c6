namespace E2B.PowerShell.Agents;

/// <summary>A parameter that a model may give.</summary>
/// <param name="Name">The cmdlet's name for it.</param>
internal sealed record ToolParameter(string Name)
{
    /// <summary>Whether the tool makes no sense without it. A positional that PowerShell may bind otherwise cannot say so itself.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The type that a model gives, where the cmdlet takes more than that: one path of several, the id and not the object.</summary>
    public Type? Type { get; init; }
}
