using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using E2B.Ports.Tunnels;

namespace E2B;

/// <summary>A port on 127.0.0.1 of this machine that leads to a port of a sandbox, for any protocol over TCP. It is there until it is disposed of.</summary>
/// <remarks>
/// <para>It needs no open door of the sandbox: for each connection a small process in it connects to the port, on the
/// sandbox's loopback, and its stdin and stdout are the way there. So it works at every service, for restricted ports
/// too, and needs Perl or Python 3 in the sandbox.</para>
/// <para>Bytes arrive as they were sent, and each direction ends by itself. When one side breaks the connection, or the
/// way breaks, the other side gets a reset, never an end. Nothing stays in the sandbox when a connection has ended; if
/// this program is killed, its processes there end within two minutes.</para>
/// </remarks>
public sealed class PortTunnel : IAsyncDisposable
{
    private readonly Sandbox _sandbox;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _slots;
    private readonly ConcurrentDictionary<Task, byte> _serving = new();
    private readonly Channel<PortTunnelFailure> _failures = Channel.CreateBounded<PortTunnelFailure>(
        new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _accepting;
    private long _total;
    private int _open;

    private PortTunnel(Sandbox sandbox, int port, TcpListener listener, int maxConnections)
    {
        _sandbox = sandbox;
        _listener = listener;
        _slots = new SemaphoreSlim(maxConnections);
        Port = port;
        LocalEndPoint = (IPEndPoint)listener.LocalEndpoint;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>The sandbox's id.</summary>
    public string SandboxId => _sandbox.SandboxId;

    /// <summary>The port in the sandbox.</summary>
    public int Port { get; }

    /// <summary>The port on this machine.</summary>
    public int LocalPort => LocalEndPoint.Port;

    /// <summary>Where to connect to: 127.0.0.1 and the port on this machine.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>How many connections go through it now.</summary>
    public int OpenConnections => Volatile.Read(ref _open);

    /// <summary>How many connections there have been.</summary>
    public long TotalConnections => Interlocked.Read(ref _total);

    /// <summary>Done when the tunnel has ended; failed when it ended by itself, because the sandbox did or cannot be used.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Opens a tunnel: when this returns, connections are taken.</summary>
    /// <exception cref="LocalPortException">The port of this machine is taken, or may not be used.</exception>
    internal static PortTunnel Open(Sandbox sandbox, int port, PortTunnelOptions options)
    {
        int localPort = options.LocalPort ?? port;
        if (localPort is < 0 or > IPEndPoint.MaxPort || options.MaxConnections < 1)
        {
            throw new E2BInvalidArgumentException("A tunnel's LocalPort is a number from 0 to 65535, and its MaxConnections at least 1.");
        }

        var listener = new TcpListener(IPAddress.Loopback, localPort);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                // Otherwise another program could take the port over.
                listener.ExclusiveAddressUse = true;
            }

            listener.Start();
            return new PortTunnel(sandbox, port, listener, options.MaxConnections);
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new LocalPortException(localPort, e);
        }
    }

    /// <summary>Connections that came to nothing, as it happens, until the tunnel ends. At most the last hundred wait for a reader.</summary>
    /// <param name="cancellationToken">Stops reading.</param>
    public async IAsyncEnumerable<PortTunnelFailure> ReadFailuresAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (PortTunnelFailure failure in _failures.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return failure;
        }
    }

    /// <summary>Ends the tunnel with its connections, here and in the sandbox.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(failure: null).ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_serving.Keys).ConfigureAwait(false);
        _failures.Writer.TryComplete();
        _completion.TrySetResult();
    }

    /// <summary>Where it leads from and to.</summary>
    public override string ToString() => $"{LocalEndPoint} -> {SandboxId}:{Port}";

    private async Task EndAsync(Exception? failure)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Stop();
        if (failure is not null)
        {
            _completion.TrySetException(failure);
            _failures.Writer.TryComplete();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _slots.WaitAsync(_stop.Token).ConfigureAwait(false);
                Socket connection = await AcceptOneAsync().ConfigureAwait(false);
                Interlocked.Increment(ref _total);
                Interlocked.Increment(ref _open);
                Task serving = ServeAsync(connection);
                _serving[serving] = 0;
                _ = serving.ContinueWith(task => _serving.TryRemove(task, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (_stop.IsCancellationRequested && e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The tunnel has ended; of a listener that was stopped just now, the last says so.
        }
    }

    private async Task<Socket> AcceptOneAsync()
    {
        while (true)
        {
            try
            {
                return await _listener.AcceptSocketAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (SocketException) when (!_stop.IsCancellationRequested)
            {
                // It was gone before it was taken, or there is no descriptor left for it.
                await Task.Delay(20, _stop.Token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Serves one connection. Never fails.</summary>
    private async Task ServeAsync(Socket connection)
    {
        try
        {
            connection.NoDelay = true;
            CommandResult? result = await new TunnelConnection(_sandbox, Port, connection).RunAsync(_stop.Token).ConfigureAwait(false);
            switch (result?.ExitCode)
            {
                case RelayScripts.Refused:
                    Report(PortTunnelFailureReason.NothingListens, $"Nothing listens on port {Port} in the sandbox {SandboxId}: the connection was closed.", null);
                    break;
                case RelayScripts.NoInterpreter:
                    await EndAsync(new E2BTemplateException(
                        $"The sandbox {SandboxId} has neither perl nor python3, one of which a tunnel needs there. Install one, or use the port's URL if the program speaks HTTP.")
                    {
                        SandboxId = SandboxId,
                    }).ConfigureAwait(false);
                    break;
            }
        }
        catch (E2BException e) when (IsEnd(e))
        {
            await EndAsync(e).ConfigureAwait(false);
        }
        catch (E2BException e)
        {
            Report(PortTunnelFailureReason.Unreachable, e.Message, e);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The tunnel has ended, or this side was gone at once.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            _slots.Release();
        }
    }

    private void Report(PortTunnelFailureReason reason, string message, E2BException? cause) =>
        _failures.Writer.TryWrite(new PortTunnelFailure { Reason = reason, Message = message, Exception = cause });

    /// <summary>Whether no later connection can fare better.</summary>
    private static bool IsEnd(E2BException failure) =>
        failure is SandboxNotFoundException or E2BAuthenticationException or E2BTimeoutException { Kind: E2BTimeoutKind.SandboxEnded or E2BTimeoutKind.SandboxPaused };
}
