using System.Management.Automation;

namespace E2B.PowerShell.Drive;

/// <summary>A drive that shows a sandbox's files. It carries the sandbox's connection, and names its sandbox as any sandbox object does.</summary>
public sealed class E2BDriveInfo : PSDriveInfo
{
    internal E2BDriveInfo(PSDriveInfo drive, ProviderInfo provider, Sandbox sandbox, string root, string? user)
        : base(drive.Name, provider, root, drive.Description, drive.Credential)
    {
        Sandbox = sandbox;
        User = user;
    }

    /// <summary>The sandbox.</summary>
    public Sandbox Sandbox { get; }

    /// <summary>The sandbox's id.</summary>
    public string SandboxId => Sandbox.SandboxId;

    /// <summary>The Linux user for whom the drive works; <see langword="null"/> for the sandbox's default one.</summary>
    public string? User { get; }
}
