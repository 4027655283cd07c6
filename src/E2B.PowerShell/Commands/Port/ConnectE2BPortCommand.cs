using System.Management.Automation;
using System.Net;
using E2B.PowerShell.Jobs;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Ports;

namespace E2B.PowerShell.Commands;

/// <summary>Opens a port on this machine that leads to a port of a sandbox, until Ctrl+C.</summary>
[Cmdlet(VerbsCommunications.Connect, "E2BPort")]
[OutputType(typeof(PortTunnel), typeof(Job))]
public sealed class ConnectE2BPortCommand : PortCmdlet
{
    private E2BJob? _job;

    /// <summary>The port on 127.0.0.1 of this machine; 0 takes a free one. The same number as in the sandbox without it.</summary>
    [Parameter]
    [ValidateRange(0, IPEndPoint.MaxPort)]
    public int LocalPort { get; set; } = -1;

    /// <summary>How many connections go through at once; further ones wait. 64 without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int MaxConnections { get; set; } = PortTunnelOptions.DefaultMaxConnections;

    /// <summary>In the background, as a job of this session.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>The job's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JobName { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IReadOnlyList<Sandbox> sandboxes = ResolveTargets(hasInput: false);
        if (sandboxes.Count > 1 || Port!.Length > 1)
        {
            Refuse(
                sandboxes.Count > 1 ? "E2BSeveralSandboxes" : "E2BInvalidArgument",
                "A tunnel leads to one port of one sandbox. Open one for each, with -AsJob.",
                sandboxes.Count > 1 ? sandboxes : Port);
        }

        if (sandboxes is [var sandbox] && TryOpen(WithRequestTimeout(sandbox), out PortTunnel tunnel))
        {
            Run(tunnel, sandbox);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Ctrl+C came before anybody had the job.
            _job?.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool TryOpen(Sandbox sandbox, out PortTunnel tunnel)
    {
        var options = new PortTunnelOptions { LocalPort = LocalPort < 0 ? null : LocalPort, MaxConnections = MaxConnections };
        return TryAwait(_ => Task.FromResult(sandbox.Ports.OpenTunnel(Port![0], options)), sandbox, out tunnel);
    }

    private void Run(PortTunnel tunnel, Sandbox sandbox)
    {
        var run = new TunnelRun(tunnel, sandbox);
        if (!AsJob)
        {
            // First the worker, which ends the tunnel however the pipeline goes on.
            Queue.Start(run.RunAsync);
            WriteObject(tunnel);
            DrainQueue();
            return;
        }

        _job = new E2BJob(MyInvocation.MyCommand.Name, MyInvocation.Line.Trim(), JobName, sandbox.SandboxId);
        _job.Queue.Start(run.RunAsync);
        ((IPipelineSink)_job).WriteOutput(tunnel);
        _job.Begin();
        E2BJob job = _job;
        _job = null;
        WriteJob(job);
    }
}
