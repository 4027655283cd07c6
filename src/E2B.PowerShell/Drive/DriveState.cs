namespace E2B.PowerShell.Drive;

/// <summary>
/// What the provider keeps between the calls of the engine, which makes a new provider object for nearly every one.
/// Each runspace has its own.
/// </summary>
internal sealed class DriveState
{
    /// <summary>What the running command has learned of the sandboxes so far.</summary>
    public EntryCache Cache { get; } = new();

    /// <summary>Sandboxes that were named by a path alone, without a drive, and the connection that was the session's then.</summary>
    public Dictionary<(E2BConnection Connection, string SandboxId), Sandbox> Sandboxes { get; } = [];
}
