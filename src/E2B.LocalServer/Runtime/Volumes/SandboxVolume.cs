namespace E2B.LocalServer.Runtime;

/// <summary>A volume in a sandbox.</summary>
/// <param name="Image">Its disk; <see langword="null"/> for one that was deleted, in whose place nothing can be written.</param>
/// <param name="Path">Where it is mounted, absolute.</param>
public sealed record SandboxVolume(string? Image, string Path);
