using System.Net;
using E2B.Ports;
using E2B.Sandboxes;

namespace E2B;

/// <summary>What listens in a sandbox, and the ways to it from this machine.</summary>
/// <remarks>
/// Every method can throw <see cref="SandboxNotFoundException"/>, <see cref="E2BAuthenticationException"/>,
/// <see cref="E2BTimeoutException"/>, <see cref="E2BUnreachableException"/> and <see cref="E2BException"/>, and
/// <see cref="OperationCanceledException"/> when its caller gave up.
/// </remarks>
public sealed class PortsClient
{
    /// <summary>How long is waited for a port unless an argument says otherwise: 60 s.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    private readonly Sandbox _sandbox;

    internal PortsClient(Sandbox sandbox) => _sandbox = sandbox;

    /// <summary>The URL under which a program in the sandbox that speaks HTTP, or WebSocket, is reached from this machine.</summary>
    /// <param name="port">The port that it listens on, on any address of the sandbox.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// In the cloud <c>https://&lt;port&gt;-&lt;id&gt;.&lt;domain&gt;</c>; in debug mode <c>http://localhost:&lt;port&gt;</c>.
    /// A local server opens a listener for it, <c>http://127.0.0.1:&lt;n&gt;</c>, which lives as long as the sandbox.
    /// </returns>
    /// <exception cref="E2BInvalidArgumentException">It is no port.</exception>
    public Task<Uri> GetUrlAsync(int port, CancellationToken cancellationToken = default) =>
        PortUrls.GetAsync(_sandbox, Require(port), cancellationToken);

    /// <summary>The token that restricted ports want in the header <c>E2B-Traffic-Access-Token</c>. A secret.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="null"/> when the sandbox's ports are not restricted.</returns>
    /// <exception cref="E2BTimeoutException">The sandbox is paused, and did not come from a create or connect.</exception>
    public Task<string?> GetTrafficAccessTokenAsync(CancellationToken cancellationToken = default) =>
        TrafficToken.FindAsync(_sandbox, cancellationToken);

    /// <summary>The TCP ports on which something listens in the sandbox, on whatever address, in order.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<int>> ListAsync(CancellationToken cancellationToken = default) =>
        ListeningPorts.ListAsync(_sandbox, cancellationToken);

    /// <summary>Whether something listens on a TCP port in the sandbox. It is looked up in the sandbox; the program does not notice.</summary>
    /// <param name="port">The port.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="E2BInvalidArgumentException">It is no port.</exception>
    public Task<bool> IsOpenAsync(int port, CancellationToken cancellationToken = default) =>
        ListeningPorts.IsOpenAsync(_sandbox, Require(port), cancellationToken);

    /// <summary>Waits until something listens on a TCP port in the sandbox, and, if that is asked for, answers over HTTP.</summary>
    /// <param name="port">The port.</param>
    /// <param name="answersHttp">
    /// Whether to wait for an answer to a GET request through its URL as well. Any answer counts. Without it nobody is
    /// connected to: the sandbox's own tables are looked at, so it is right for every protocol.
    /// </param>
    /// <param name="timeout">How long; <see langword="null"/> means 60 s, zero means no limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="E2BTimeoutException">Nothing did in this time, <see cref="E2BTimeoutKind.Wait"/>; or the sandbox ended or was paused.</exception>
    /// <exception cref="E2BInvalidArgumentException">It is no port, or the timeout is negative.</exception>
    public Task WaitAsync(int port, bool answersHttp = false, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        Require(port);
        bool listens = false;
        return TimedWait.RunAsync(
            _sandbox,
            timeout ?? DefaultTimeout,
            async stop =>
            {
                await ListeningPorts.WaitAsync(_sandbox, port, stop).ConfigureAwait(false);
                listens = true;
                if (answersHttp)
                {
                    await PortProbe.WaitAsync(_sandbox, port, stop).ConfigureAwait(false);
                }

                return true;
            },
            () => listens
                ? $"Something listens on port {port} in the sandbox {_sandbox.SandboxId}, but gave no answer over HTTP"
                : $"Nothing listened on port {port} in the sandbox {_sandbox.SandboxId}",
            cancellationToken);
    }

    /// <summary>Opens a port on 127.0.0.1 of this machine that leads to a port of the sandbox, for any protocol over TCP.</summary>
    /// <param name="port">The port in the sandbox. Whether something listens there is seen when somebody connects.</param>
    /// <param name="options">The port here, and how many connections at once.</param>
    /// <returns>The tunnel, which takes connections by now. Dispose of it to end it.</returns>
    /// <exception cref="LocalPortException">The port of this machine is taken, or may not be used.</exception>
    /// <exception cref="E2BInvalidArgumentException">It is no port, or an option cannot be.</exception>
    public PortTunnel OpenTunnel(int port, PortTunnelOptions? options = null) =>
        PortTunnel.Open(_sandbox, Require(port), options ?? new PortTunnelOptions());

    private static int Require(int port) => port is > 0 and <= IPEndPoint.MaxPort
        ? port
        : throw new E2BInvalidArgumentException($"{port} is no port: that is a number from 1 to 65535.");
}
