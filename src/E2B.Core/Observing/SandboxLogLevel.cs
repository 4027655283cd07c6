namespace E2B;

/// <summary>How much an entry of a sandbox's log matters.</summary>
public enum SandboxLogLevel
{
    /// <summary>For those who look for a fault.</summary>
    Debug,

    /// <summary>What happens as it should.</summary>
    Info,

    /// <summary>What may become a problem.</summary>
    Warn,

    /// <summary>What went wrong.</summary>
    Error,
}
