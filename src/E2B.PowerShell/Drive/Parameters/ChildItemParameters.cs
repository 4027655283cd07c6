using System.Management.Automation;

namespace E2B.PowerShell.Drive.Parameters;

/// <summary>What Get-ChildItem takes for this provider.</summary>
public sealed class ChildItemParameters
{
    /// <summary>Everything but directories.</summary>
    [Parameter]
    public SwitchParameter File { get; set; }

    /// <summary>Directories only.</summary>
    [Parameter]
    [Alias("ad", "d")]
    public SwitchParameter Directory { get; set; }

    /// <summary>Whether an entry is wanted. Both switches together want nothing, as with local files.</summary>
    internal bool Wants(SandboxEntry entry) => !(File && entry.IsDirectory) && !(Directory && !entry.IsDirectory);
}
