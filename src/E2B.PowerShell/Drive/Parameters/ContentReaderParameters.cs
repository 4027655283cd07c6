using System.Management.Automation;

namespace E2B.PowerShell.Drive.Parameters;

/// <summary>What Get-Content takes for this provider.</summary>
public sealed class ContentReaderParameters : ContentParameters
{
    /// <summary>The whole content as one string (with -AsByteStream one array).</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }
}
