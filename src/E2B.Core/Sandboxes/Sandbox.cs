using System.Net;
using System.Runtime.CompilerServices;
using E2B.Sandboxes;
using E2B.Transport;

namespace E2B;

/// <summary>A sandbox, and what can be done in it. All its members may be used by several threads at once.</summary>
/// <remarks>
/// The object outlives the sandbox: what is asked of it then fails with an error that says so. What it tells
/// of the sandbox is as it was when the object was made, or when it last paused the sandbox, connected to it, set
/// its lifetime or asked by <see cref="GetInfoAsync"/>.
/// </remarks>
public sealed partial class Sandbox
{
    private readonly EndpointSource _endpoint;
    private readonly SandboxAccess _access;
    private readonly StrongBox<SandboxFacts> _facts;

    internal Sandbox(E2BClient client, string sandboxId, SandboxAccess access, bool isAccessKnown, SandboxInfo? info = null)
        : this(client, sandboxId, access, new StrongBox<SandboxFacts>(new SandboxFacts(info)), isAccessKnown
            ? new EndpointSource(new DaemonEndpoint(client.Connection, sandboxId, access))
            : new EndpointSource(async cancellationToken => new DaemonEndpoint(
                client.Connection,
                sandboxId,
                await client.Sandboxes.GetAccessAsync(sandboxId, cancellationToken).ConfigureAwait(false))))
    {
    }

    private Sandbox(E2BClient client, string sandboxId, SandboxAccess access, StrongBox<SandboxFacts> facts, EndpointSource endpoint)
    {
        _facts = facts;
        Client = client;
        SandboxId = sandboxId;
        _access = access;
        _endpoint = endpoint;
        Daemon = new DaemonClient(client, endpoint);
        Processes = new Commands.ProcessClient(this);
        Commands = new CommandsClient(this);
        Pty = new PtyClient(this);
        Files = new FilesClient(this);
        Git = new GitClient(this);
        Ports = new PortsClient(this);
        Code = new CodeClient(this);
    }

    /// <summary>The sandbox's id.</summary>
    public string SandboxId { get; }

    /// <summary>The template's id; empty where it is not known.</summary>
    public string TemplateId => Access.TemplateId ?? string.Empty;

    /// <summary>The template's name where it has one, else its id; empty where neither is known.</summary>
    public string Template => Access.Alias ?? TemplateId;

    /// <summary>Running or paused, or ended where that was waited for; unknown for an object made of an id alone.</summary>
    public SandboxState State => Facts.State;

    /// <summary>When it was started; <see langword="null"/> where that is not known.</summary>
    public DateTimeOffset? StartedAt => Facts.StartedAt;

    /// <summary>When its lifetime ends; <see langword="null"/> where that is not known.</summary>
    public DateTimeOffset? EndAt => Facts.EndAt;

    /// <summary>How long it still lives, counted from now; <see langword="null"/> where that is not known.</summary>
    public TimeSpan? TimeLeft => Facts.TimeLeft;

    /// <summary>Processors; <see langword="null"/> where that is not known, as right after a create.</summary>
    public int? CpuCount => Known(Facts.Info?.CpuCount);

    /// <summary>Memory in MiB; <see langword="null"/> where that is not known, as right after a create.</summary>
    public int? MemoryMB => Known(Facts.Info?.MemoryMB);

    /// <summary>Disk in MiB; <see langword="null"/> where that is not known, as right after a create.</summary>
    public int? DiskMB => Known(Facts.Info?.DiskMB);

    /// <summary>The caller's own labels; empty where they are not known.</summary>
    public IReadOnlyDictionary<string, string> Metadata => Facts.Info?.Metadata ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty;

    /// <summary>The version of the daemon in the sandbox; empty where it is not known yet.</summary>
    public string EnvdVersion => _endpoint.Known?.Version.Text ?? _access.EnvdVersion ?? string.Empty;

    /// <summary>The domain under which the sandbox's ports are found.</summary>
    public string Domain => Access.Domain ?? Client.Connection.Domain;

    /// <summary>The client that it came from.</summary>
    public E2BClient Client { get; }

    /// <summary>Commands and processes.</summary>
    public CommandsClient Commands { get; }

    /// <summary>Terminals.</summary>
    public PtyClient Pty { get; }

    /// <summary>Files and directories.</summary>
    public FilesClient Files { get; }

    /// <summary>Git repositories.</summary>
    public GitClient Git { get; }

    /// <summary>What listens in the sandbox, and the ways to it.</summary>
    public PortsClient Ports { get; }

    /// <summary>The code interpreter, where the sandbox's template has one.</summary>
    public CodeClient Code { get; }

    internal DaemonClient Daemon { get; }

    /// <summary>The token for restricted ports, where it is known: create and connect tell it.</summary>
    internal string? TrafficAccessToken => Access.TrafficAccessToken;

    internal Commands.ProcessClient Processes { get; }

    /// <summary>Whether what is known of its end comes from this machine's clock, and not from the service's.</summary>
    internal bool IsEndByOwnClock => Facts.IsEndByOwnClock;

    /// <summary>Replaced as a whole, so that readers need no lock.</summary>
    private SandboxFacts Facts => Volatile.Read(ref _facts.Value!);

    private SandboxAccess Access => _endpoint.Known?.Access ?? _access;

    /// <summary>The same sandbox with another request timeout.</summary>
    /// <param name="requestTimeout">How long a request may take; zero for no limit.</param>
    public Sandbox WithRequestTimeout(TimeSpan requestTimeout) =>
        new(Client.WithRequestTimeout(requestTimeout), SandboxId, _access, _facts, _endpoint) { McpToken = McpToken };

    /// <summary>Ends the sandbox with all it holds.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it was not there any more.</returns>
    public Task<bool> KillAsync(CancellationToken cancellationToken = default) => Client.Sandboxes.KillAsync(SandboxId, cancellationToken);

    /// <summary>Sets how long the sandbox lives, counted from now: longer or shorter than before. In debug mode nothing happens.</summary>
    /// <param name="timeout">The lifetime from now on, rounded up to whole seconds.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxNotFoundException">The sandbox is gone.</exception>
    public async Task SetTimeoutAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (!Client.Connection.Debug)
        {
            await Client.Sandboxes.SetTimeoutAsync(SandboxId, timeout, cancellationToken).ConfigureAwait(false);
            Note(facts => facts.Limited(TimeSpan.FromSeconds(SandboxModels.ToSeconds(timeout))));
        }
    }

    /// <summary>Keeps the sandbox alive until the lease is disposed of or the process ends; at least so long afterwards.</summary>
    /// <param name="lifetime">How long it lives on when nobody extends its life any more; the service gives 15 s at least and 1 hour at the most.</param>
    /// <exception cref="E2BInvalidArgumentException"><paramref name="lifetime"/> is not positive.</exception>
    public SandboxLease KeepAlive(TimeSpan lifetime) => new(this, lifetime);

    /// <summary>What the control plane says about the sandbox. This object tells that too from then on.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxNotFoundException">The sandbox is gone.</exception>
    public async Task<SandboxInfo> GetInfoAsync(CancellationToken cancellationToken = default)
    {
        SandboxInfo info = await Client.Sandboxes.GetAsync(SandboxId, cancellationToken).ConfigureAwait(false);
        Note(facts => facts.Told(info));
        return info;
    }

    /// <summary>Whether the sandbox runs: its daemon is asked.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> IsRunningAsync(CancellationToken cancellationToken = default)
    {
        DaemonEndpoint endpoint;
        try
        {
            endpoint = await _endpoint.GetAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxNotFoundException)
        {
            return false;
        }

        var call = new DaemonCall("/health", $"ask the sandbox {SandboxId} for its health");
        using var scope = new CallScope(Daemon.ContextOf(endpoint, call), requestTimeout: null, cancellationToken);
        try
        {
            using HttpResponseMessage response = await Daemon.SendAsync(
                scope, Repeat.Safe, endpoint, static e => e.NewRequest(HttpMethod.Get, "/health")).ConfigureAwait(false);
            return true;
        }
        catch (E2BTimeoutException e) when (e.StatusCode == (int)HttpStatusCode.BadGateway)
        {
            return false;
        }
    }

    /// <summary>The host (and port) under which a port of the sandbox is found, without a scheme.</summary>
    /// <param name="port">A port in the sandbox.</param>
    public string GetHost(int port) => Client.Connection.GetHost(SandboxId, port, Access.Domain);

    /// <summary>The URL under which a port of the sandbox is reached from this machine: see <see cref="PortsClient.GetUrlAsync"/>.</summary>
    /// <param name="port">A port in the sandbox.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Uri> GetUrlAsync(int port, CancellationToken cancellationToken = default) => Ports.GetUrlAsync(port, cancellationToken);

    /// <summary>Waits until the sandbox is in a state.</summary>
    /// <param name="state">Running, paused, or ended.</param>
    /// <param name="timeout">How long; <see langword="null"/> means 60 s, zero means no limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What the control plane says then; <see langword="null"/> when the sandbox has ended.</returns>
    /// <exception cref="SandboxNotFoundException">The sandbox is gone, and something else was waited for.</exception>
    /// <exception cref="E2BTimeoutException">It was not in the state in this time, <see cref="E2BTimeoutKind.Wait"/>.</exception>
    public Task<SandboxInfo?> WaitForStateAsync(SandboxState state, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        state is SandboxState.Running or SandboxState.Paused or SandboxState.Ended
            ? TimedWait.RunAsync(
                this,
                timeout ?? PortsClient.DefaultTimeout,
                stop => StateWait.RunAsync(this, state, stop),
                () => $"The sandbox {SandboxId} was not {state.ToString().ToLowerInvariant()}",
                cancellationToken)
            : throw new E2BInvalidArgumentException("A sandbox can be waited for until it is Running, Paused or Ended.");

    /// <summary>The sandbox's id.</summary>
    public override string ToString() => SandboxId;

    /// <summary>Keeps what has become known. Nothing that another thread learns meanwhile is lost.</summary>
    internal void Note(Func<SandboxFacts, SandboxFacts> change)
    {
        SandboxFacts before;
        do
        {
            before = Facts;
        }
        while (!ReferenceEquals(Interlocked.CompareExchange(ref _facts.Value!, change(before), before), before));
    }

    private static int? Known(int? number) => number > 0 ? number : null;
}
