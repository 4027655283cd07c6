using System.Management.Automation;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Shows the local server of this session, or another one that runs on this machine. Nothing when there is none.</summary>
[Cmdlet(VerbsCommon.Get, "E2BLocalServer")]
[OutputType(typeof(LocalServerInfo))]
public sealed class GetE2BLocalServerCommand : E2BCmdlet
{
    /// <summary>Look for the server that uses this directory.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DataDirectory { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        LocalServerInfo? found = DataDirectory is not null
            ? LocalServerInfo.Find(SessionState.Path.GetUnresolvedProviderPathFromPSPath(DataDirectory))
            : E2BSession.Current.LocalServer is { HasExited: false } own ? own.Info : LocalServerInfo.Find();
        if (found is not null)
        {
            WriteObject(found);
        }
    }
}
