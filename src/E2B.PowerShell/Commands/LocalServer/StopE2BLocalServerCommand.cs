using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Ends the local server that this session started, and its sandboxes.</summary>
[Cmdlet(VerbsLifecycle.Stop, "E2BLocalServer", SupportsShouldProcess = true)]
public sealed class StopE2BLocalServerCommand : E2BCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        E2BSession session = E2BSession.Current;
        if (session.LocalServer is not { HasExited: false } server)
        {
            WriteError(ErrorFactory.NotFound(
                "E2BLocalServerNotFound",
                "This session has no local server. One that another session started ends with that session, one that was started by hand with Ctrl+C.",
                null));
            return;
        }

        if (!ShouldProcess($"{server.Info.ApiUrl} (process {server.Info.Pid})", "Stop the local server and end its sandboxes"))
        {
            return;
        }

        // A connection to a server that is gone would only lead the next cmdlet astray.
        if (session.Connection?.ApiUrl == server.Info.ApiUrl)
        {
            session.Connection = null;
            session.Defaults = session.Defaults with { Sandbox = null };
        }

        foreach (Sandbox sandbox in session.Managed.All.Where(sandbox => sandbox.Client.Connection.ApiUrl == server.Info.ApiUrl))
        {
            session.Gone(sandbox.SandboxId);
        }

        session.LocalServer = null;
        server.Dispose();
    }
}
