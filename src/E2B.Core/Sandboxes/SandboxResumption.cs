namespace E2B;

/// <summary>How a sandbox came back when it was connected to.</summary>
public enum SandboxResumption
{
    /// <summary>It was running, or was not connected to.</summary>
    None,

    /// <summary>It was paused, and the service did not say how it came back.</summary>
    Unknown,

    /// <summary>It was paused, and goes on as it was, with its memory and processes.</summary>
    Memory,

    /// <summary>It was paused, and was started anew from its files: its processes are lost.</summary>
    Files,
}
