using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;

namespace E2B.PowerShell.Drive.Parameters;

/// <summary>What New-PSDrive takes for this provider, besides its own parameters.</summary>
public sealed class NewDriveParameters
{
    /// <summary>The sandbox, an object or an id, where -Root does not name it. An object brings its connection.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object? Sandbox { get; set; }

    /// <summary>The account to use instead of the session's, where the sandbox is given by its id.</summary>
    [Parameter]
    public E2BConnection? Connection { get; set; }

    /// <summary>The Linux user for whom the drive works. The sandbox's default user without it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? User { get; set; }

    /// <summary>How long one request of the drive may take, in seconds; 0 for no limit.</summary>
    [Parameter]
    [ValidateRange(0, Limits.MaxSeconds)]
    public int? RequestTimeoutSec { get; set; }
}
