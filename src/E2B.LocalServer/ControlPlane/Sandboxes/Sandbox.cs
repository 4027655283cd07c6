using E2B.Protocol.Rest;

namespace E2B.LocalServer.ControlPlane;

/// <summary>One sandbox that is somebody's, running or paused.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Its end lets go of everything; the token is asked for after it.")]
internal sealed class Sandbox(string id, SandboxOrder order, string? accessToken, SandboxPhase phase, TimeProvider clock)
{
    private readonly CancellationTokenSource _gone = new();
    private readonly SemaphoreSlim _networkChanging = new(1, 1);
    private volatile SandboxOrder _order = order;
    private volatile SandboxPhase _phase = phase;
    private volatile IHostedSandbox? _hosted;
    private volatile SandboxAccess? _access;
    private readonly Lock _lock = new();
    private Task _dropping = Task.CompletedTask;

    public string Id { get; } = id;

    public string? AccessToken { get; } = accessToken;

    public SandboxOrder Order
    {
        get => _order;
        set => _order = value;
    }

    /// <summary>Its state and times. Written by the registry alone, under its lock.</summary>
    public SandboxPhase Phase
    {
        get => _phase;
        set => _phase = value;
    }

    /// <summary>Ends when a change of state that is under way is over.</summary>
    public Task Changing { get; set; } = Task.CompletedTask;

    /// <summary>What runs, or stands still with its memory; <see langword="null"/> when only its files are left.</summary>
    public IHostedSandbox? Hosted => _hosted;

    /// <summary>What traffic goes through while it runs.</summary>
    public SandboxAccess? Access => _access;

    /// <summary>Cancelled when nobody finds it any more.</summary>
    public CancellationToken Gone => _gone.Token;

    public SandboxLog Log { get; } = new(clock);

    public SandboxMeter Meter { get; } = new();

    /// <summary>Opens it to traffic.</summary>
    public void Open(IHostedSandbox hosted)
    {
        _hosted = hosted;
        _access = new SandboxAccess(hosted, clock);
    }

    /// <summary>Breaks off all traffic.</summary>
    public void Close()
    {
        _access?.Dispose();
        _access = null;
    }

    /// <summary>Ends what runs or stands still, and waits for it, whoever began. Its files stay where they were kept.</summary>
    public Task DropHostedAsync()
    {
        Close();
        lock (_lock)
        {
            if (Interlocked.Exchange(ref _hosted, null) is { } hosted)
            {
                _dropping = Task.Run(async () => await hosted.DisposeAsync());
            }

            return _dropping;
        }
    }

    /// <summary>Waits for the turn to change its network; to be disposed of when that is done.</summary>
    public async Task<IDisposable> ChangeNetworkAsync(CancellationToken cancellationToken)
    {
        await _networkChanging.WaitAsync(cancellationToken);
        return new Turn(_networkChanging);
    }

    /// <summary>Stops what is under way for it.</summary>
    public Task GoAsync() => _gone.CancelAsync();

    /// <summary>The answer to create and connect.</summary>
    /// <param name="serverPort">The port the caller reached this server on; clients build the names of other ports from the domain.</param>
    public SandboxModel ToModel(int serverPort) => new()
    {
        TemplateID = Order.Template.Id,
        Alias = Order.Template.Alias,
        SandboxID = Id,
        ClientID = ServerFacts.ClientId,
        EnvdVersion = ServerFacts.EnvdVersion,
        EnvdAccessToken = AccessToken,
        TrafficAccessToken = TrafficToken.Of(this),
        Domain = Domain(serverPort),
    };

    /// <summary>What a list says of it.</summary>
    public SandboxDetailModel ToListed()
    {
        SandboxPhase phase = Phase;
        SandboxOrder order = Order;
        return new SandboxDetailModel
        {
            TemplateID = order.Template.Id,
            Alias = order.Template.Alias,
            SandboxID = Id,
            ClientID = ServerFacts.ClientId,
            StartedAt = phase.StartedAt,
            EndAt = phase.EndAt,
            CpuCount = order.Template.Limits.CpuCount,
            MemoryMB = order.Template.Limits.MemoryMB,
            DiskSizeMB = order.Template.Limits.DiskSizeMB,
            State = phase.IsRunning ? "running" : "paused",
            EnvdVersion = ServerFacts.EnvdVersion,
            Metadata = order.Metadata,
            VolumeMounts = [.. order.VolumeMounts.Select(mount => new VolumeMountModel(mount.Name, mount.Path))],
        };
    }

    /// <summary>The answer to get.</summary>
    public SandboxDetailModel ToDetail(int serverPort)
    {
        SandboxDetailModel listed = ToListed();
        return listed with
        {
            EnvdAccessToken = AccessToken,
            AllowInternetAccess = Order.AllowInternetAccess,
            Network = Order.Network?.ToModel(),
            Domain = listed.State == "running" ? Domain(serverPort) : null,
            Lifecycle = new LifecycleModel(Order.AutoResume, Order.AutoPause ? "pause" : "kill"),
            MemoryKept = listed.State == "running" ? null : Hosted is { Exited.IsCompleted: false },
        };
    }

    // Clients make `<port>-<id>.<domain>` of it, and the edge understands such host names.
    private static string Domain(int serverPort) => $"localhost:{serverPort}";

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
