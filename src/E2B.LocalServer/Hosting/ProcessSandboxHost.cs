using System.Diagnostics;
using System.Net.Sockets;
using E2B.LocalServer.ControlPlane;
using E2B.LocalServer.Network;
using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.Hosting;

/// <summary>
/// <c>--isolation none</c>: an agent for each sandbox as an ordinary process of this machine. Nothing is kept apart
/// and nothing is limited; for machines that cannot run containers, and for code that one would run there anyway.
/// </summary>
internal sealed class ProcessSandboxHost : ISandboxHost
{
    private DirectoryInfo? _folder;

    public bool CanPause => false;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _folder = Directory.CreateTempSubdirectory("e2b-");
        return Task.CompletedTask;
    }

    public async Task<IHostedSandbox> TakeAsync(SandboxOrigin origin, CancellationToken cancellationToken)
    {
        if (origin.Layers.Count > 0 || origin.Disk is not null)
        {
            throw NeedsContainers();
        }

        if (origin.Interpreter)
        {
            throw new NotSupportedException("without isolation (--isolation none) there is no code interpreter: its port would be a port of this machine");
        }

        string socket = Path.Combine(_folder!.FullName, Path.GetRandomFileName());
        var start = new ProcessStartInfo(
            Environment.ProcessPath!,
            [typeof(ProcessSandboxHost).Assembly.Location, "agent", "--socket", socket, "--default-user", Environment.UserName])
        {
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        var sandbox = new Hosted(Process.Start(start)!, socket, origin.Limits);
        try
        {
            while (!File.Exists(socket))
            {
                if (sandbox.Exited.IsCompleted)
                {
                    throw new IOException("the agent ended before it listened");
                }

                await Task.Delay(10, cancellationToken);
            }

            return sandbox;
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder?.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static NotSupportedException NeedsContainers() =>
        new("without isolation (--isolation none) sandboxes have no files of their own and cannot be paused, snapshotted or forked");

    private sealed class Hosted(Process agent, string socket, SandboxLimits limits) : IHostedSandbox
    {
        private int _disposed;

        public Task Exited { get; } = agent.WaitForExitAsync();

        public SandboxLimits Limits => limits;

        public async ValueTask<Stream> ConnectAgentAsync(CancellationToken cancellationToken)
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                return new NetworkStream(connection, ownsSocket: true);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        public ValueTask<Stream> ConnectPortAsync(int port, CancellationToken cancellationToken) =>
            throw new NotSupportedException("Without isolation a port of the sandbox is a port of this machine.");

        public Task SetEgressAsync(EgressPolicy policy) => policy.IsOpen
            ? Task.CompletedTask
            : throw new NotSupportedException("without isolation, a sandbox's network is this machine's");

        public void ReadAgentLines(Action<string> reader)
        {
            // The agent writes to the server's own output here, where nothing else may stand: it is told to write nothing.
        }

        public Task FreezeAsync() => throw NeedsContainers();

        public Task ThawAsync() => throw NeedsContainers();

        public Task SaveLayerAsync(string folder, CancellationToken cancellationToken) => throw NeedsContainers();

        public Task KeepDiskAsync(string path) => throw NeedsContainers();

        public SandboxUsage? ReadUsage() => null;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                agent.Kill(entireProcessTree: true);
                await agent.WaitForExitAsync();
                agent.Dispose();
                File.Delete(socket);
            }
        }
    }
}
