using E2B.LocalServer.Edge;
using E2B.Protocol.Rest;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What its maker asked of a sandbox, checked.</summary>
internal sealed record SandboxOrder
{
    public required Template Template { get; init; }

    public required TimeSpan Lifetime { get; init; }

    public bool Secure { get; init; }

    public bool? AllowInternetAccess { get; init; }

    public IDictionary<string, string>? Metadata { get; init; }

    public IDictionary<string, string>? EnvVars { get; init; }
}

/// <summary>One running sandbox that is somebody's.</summary>
internal sealed class Sandbox : IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly IHostedSandbox _hosted;
    private readonly Lazy<Task> _disposal;
    private long _endAtTicks; // one word, so that readers need no lock

    public Sandbox(string id, SandboxOrder order, string? accessToken, IHostedSandbox hosted, AgentConnections agent, DateTimeOffset startedAt)
    {
        Id = id;
        Order = order;
        AccessToken = accessToken;
        StartedAt = startedAt;
        EndAt = startedAt + order.Lifetime;
        Agent = agent;
        Ended = _ended.Token;
        _hosted = hosted;
        _disposal = new Lazy<Task>(EndAsync);
    }

    public string Id { get; }

    public SandboxOrder Order { get; }

    public string? AccessToken { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>When it will be ended. Written by the registry alone, under its lock.</summary>
    public DateTimeOffset EndAt
    {
        get => new(Volatile.Read(ref _endAtTicks), TimeSpan.Zero);
        set => Volatile.Write(ref _endAtTicks, value.UtcTicks);
    }

    /// <summary>Connections to its agent.</summary>
    public AgentConnections Agent { get; }

    /// <summary>Cancelled when it ends: what is under way with it ends too.</summary>
    public CancellationToken Ended { get; }

    public Task Exited => _hosted.Exited;

    public ValueTask<Stream> ConnectPortAsync(int port, CancellationToken cancellationToken) =>
        _hosted.ConnectPortAsync(port, cancellationToken);

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
        Domain = Domain(serverPort),
    };

    /// <summary>What a list says of it.</summary>
    public SandboxDetailModel ToListed() => new()
    {
        TemplateID = Order.Template.Id,
        Alias = Order.Template.Alias,
        SandboxID = Id,
        ClientID = ServerFacts.ClientId,
        StartedAt = StartedAt,
        EndAt = EndAt,
        CpuCount = _hosted.Limits.CpuCount,
        MemoryMB = _hosted.Limits.MemoryMB,
        DiskSizeMB = _hosted.Limits.DiskSizeMB,
        State = "running",
        EnvdVersion = ServerFacts.EnvdVersion,
        Metadata = Order.Metadata,
        VolumeMounts = [],
    };

    /// <summary>The answer to get.</summary>
    public SandboxDetailModel ToDetail(int serverPort) => ToListed() with
    {
        EnvdAccessToken = AccessToken,
        AllowInternetAccess = Order.AllowInternetAccess,
        Domain = Domain(serverPort),
        Lifecycle = new LifecycleModel(AutoResume: false, OnTimeout: "kill"),
    };

    /// <summary>Ends it. However often this is called, it happens once, and every caller waits for it.</summary>
    public ValueTask DisposeAsync() => new(_disposal.Value);

    // Clients make `<port>-<id>.<domain>` of it, and the edge understands such host names.
    private static string Domain(int serverPort) => $"localhost:{serverPort}";

    private async Task EndAsync()
    {
        await _ended.CancelAsync();
        Agent.Dispose();
        await _hosted.DisposeAsync();
        _ended.Dispose();
    }
}
