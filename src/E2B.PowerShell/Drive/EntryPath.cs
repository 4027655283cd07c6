namespace E2B.PowerShell.Drive;

/// <summary>How PowerShell's own cmdlets find an entry that is piped to them.</summary>
internal static class EntryPath
{
    /// <summary>The entry's path with the provider's name, which leads to it from anywhere, with a drive or without.</summary>
    /// <param name="entry">The entry.</param>
    public static string Of(SandboxEntry entry) =>
        @"E2B\E2B::" + new DriveTarget(entry.SandboxId, entry.FullName).ToProviderPath(Path.DirectorySeparatorChar);
}
