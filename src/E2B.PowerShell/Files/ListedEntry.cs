namespace E2B.PowerShell.Files;

/// <summary>An entry of a listing.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="RelativePath">Its path from the directory that was listed.</param>
internal sealed record ListedEntry(SandboxEntry Entry, string RelativePath);
