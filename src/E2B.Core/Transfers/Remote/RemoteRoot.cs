namespace E2B.Transfers.Remote;

/// <summary>Something in a sandbox to be copied.</summary>
/// <param name="SandboxPath">Where it is; a relative path starts from the user's home.</param>
/// <param name="Path">Its path relative to the destination; empty when it becomes the destination itself.</param>
internal readonly record struct RemoteRoot(string SandboxPath, string Path);
