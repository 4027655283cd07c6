namespace E2B;

/// <summary>How a check ended.</summary>
public enum CheckStatus
{
    /// <summary>All is well.</summary>
    Passed,

    /// <summary>It works, but something deserves a look.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Failed,

    /// <summary>There was nothing to check, or an earlier failure left it without meaning.</summary>
    Skipped,
}
