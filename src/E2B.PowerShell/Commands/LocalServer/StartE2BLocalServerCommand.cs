using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.LocalServer;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Starts the E2B API on this Linux machine. It ends with this session, its sandboxes with it.</summary>
[Cmdlet(VerbsLifecycle.Start, "E2BLocalServer", SupportsShouldProcess = true)]
[OutputType(typeof(LocalServerInfo))]
public sealed class StartE2BLocalServerCommand : E2BCmdlet
{
    /// <summary>The port to listen on, on 127.0.0.1; 0 picks a free one.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>Where the server keeps its state. One server at a time may use a directory.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DataDirectory { get; set; }

    /// <summary>The running server on the pipeline.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!OperatingSystem.IsLinux())
        {
            Refuse("E2BLocalServerNeedsLinux", "The local server runs on Linux only; on Windows use WSL. The cmdlets work everywhere.", null);
        }

        E2BSession session = E2BSession.Current;
        if (session.LocalServer is { HasExited: false } running)
        {
            if ((MyInvocation.BoundParameters.ContainsKey(nameof(Port)) && Port != running.Info.ApiUrl.Port && Port != 0)
                || (DataDirectory is not null && ResolvedDataDirectory() != running.Info.DataDirectory))
            {
                WriteError(ErrorFactory.InvalidArgument(
                    "E2BLocalServerRunning",
                    $"This session has a local server already, at {running.Info.ApiUrl} with {running.Info.DataDirectory}. Stop it first, with Stop-E2BLocalServer.",
                    running.Info));
                return;
            }

            WriteVerbose($"The local server of this session runs already, at {running.Info.ApiUrl}.");
            WriteIfAsked(running.Info);
            return;
        }

        if (!ShouldProcess($"port {(Port == 0 ? "(a free one)" : Port)}", "Start the local server"))
        {
            return;
        }

        session.LocalServer?.Dispose();
        session.LocalServer = null;
        string? data = DataDirectory is null ? null : ResolvedDataDirectory();
        if (TryAwait(token => LocalServerProcess.StartAsync(LocalServerProgram.Find(), Port, data, token), DataDirectory, out LocalServerProcess started))
        {
            session.LocalServer = started;
            WriteIfAsked(started.Info);
        }
    }

    private string ResolvedDataDirectory() => SessionState.Path.GetUnresolvedProviderPathFromPSPath(DataDirectory);

    private void WriteIfAsked(LocalServerInfo info)
    {
        if (PassThru)
        {
            WriteObject(info);
        }
    }
}
