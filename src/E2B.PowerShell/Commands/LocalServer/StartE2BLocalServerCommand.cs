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

    /// <summary>The server's program, or the folder it is in; looked for when there is none.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ServerPath { get; set; }

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
            if (IsOtherPort(running.Info)
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

        string? data = DataDirectory is null ? null : ResolvedDataDirectory();
        if (LocalServerInfo.Find(data) is { } others)
        {
            UseOthers(others);
            return;
        }

        if (!ShouldProcess($"port {(Port == 0 ? "(a free one)" : Port)}", "Start the local server"))
        {
            return;
        }

        session.LocalServer?.Dispose();
        session.LocalServer = null;
        string? program = ServerPath is null ? null : SessionState.Path.GetUnresolvedProviderPathFromPSPath(ServerPath);
        if (TryAwait(token => LocalServerProcess.StartAsync(LocalServerProgram.Find(program), Port, data, token), DataDirectory, out LocalServerProcess started))
        {
            session.LocalServer = started;
            WriteIfAsked(started.Info);
        }
    }

    /// <summary>One server uses a directory, so the one that does is what was asked for. It is not this session's to end.</summary>
    private void UseOthers(LocalServerInfo others)
    {
        if (IsOtherPort(others))
        {
            WriteError(ErrorFactory.InvalidArgument(
                "E2BLocalServerRunning",
                $"Another session's local server runs already, at {others.ApiUrl} with {others.DataDirectory}. Use it (Connect-E2B -Local), or give this one its own directory with -DataDirectory.",
                others));
            return;
        }

        WriteVerbose($"A local server that this session did not start runs already, at {others.ApiUrl} (process {others.Pid}).");
        WriteIfAsked(others);
    }

    private bool IsOtherPort(LocalServerInfo running) =>
        MyInvocation.BoundParameters.ContainsKey(nameof(Port)) && Port != running.ApiUrl.Port && Port != 0;

    private string ResolvedDataDirectory() => SessionState.Path.GetUnresolvedProviderPathFromPSPath(DataDirectory);

    private void WriteIfAsked(LocalServerInfo info)
    {
        if (PassThru)
        {
            WriteObject(info);
        }
    }
}
