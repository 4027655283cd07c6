namespace E2B.PowerShell.Files;

/// <summary>What Test-E2BPath looks for.</summary>
public enum TestPathType
{
    /// <summary>Whatever there is.</summary>
    Any,

    /// <summary>A directory, or a link to one.</summary>
    Container,

    /// <summary>Something else than a directory.</summary>
    Leaf,
}
