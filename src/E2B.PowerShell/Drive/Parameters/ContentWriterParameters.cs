using System.Management.Automation;

namespace E2B.PowerShell.Drive.Parameters;

/// <summary>What Set-Content and Add-Content take for this provider.</summary>
public sealed class ContentWriterParameters : ContentParameters
{
    /// <summary>No line end after each value.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }
}
