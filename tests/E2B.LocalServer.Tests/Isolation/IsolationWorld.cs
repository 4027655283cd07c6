using System.Globalization;
using E2B.LocalServer.ControlPlane;
using E2B.LocalServer.Hosting;
using E2B.LocalServer.Runtime;
using E2B.LocalServer.Tests.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace E2B.LocalServer.Tests.Isolation;

/// <summary>
/// A whole server with a neighbour in it: a sandbox that has files, a process and a port of its own, and that nobody
/// may harm. After each attempt it is looked at, and so is the server.
/// </summary>
public sealed class IsolationWorld : IAsyncLifetime
{
    public const string Key = "e2b_0123456789abcdef0123456789abcdef01234567";

    /// <summary>What the neighbour keeps in a file that only it can read.</summary>
    public const string Secret = "the neighbour's own";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private readonly string _data = TestRuntime.NewFolder();
    private readonly List<LocalApi> _apis = [];
    private RuncSandboxHost? _runc;
    private ChangedHost? _host;
    private string _neighbourProcess = string.Empty;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public Uri Url { get; private set; } = null!;

    public E2BClient Client { get; private set; } = null!;

    public E2B.Sandbox Neighbour { get; private set; } = null!;

    public RunningSandbox NeighbourContainer { get; private set; } = null!;

    /// <summary>The port of the neighbour's loopback on which it serves <see cref="Secret"/>.</summary>
    public const int NeighbourPort = 8123;

    internal SandboxRuntime Runtime => _runc!.Runtime;

    public async ValueTask InitializeAsync()
    {
        Requirements.Check();
        _runc = new RuncSandboxHost(_data, poolSize: 0, network: null, NullLogger.Instance);
        _host = new ChangedHost(_runc);
        await _host.StartAsync(CancellationToken.None);
        Url = await StartServerAsync(ServerLimits.Default);
        Client = ClientOf(Url);
        (Neighbour, NeighbourContainer) = await StartAsync(_ => { });
        await Neighbour.Files.WriteTextAsync("/home/user/secret", Secret, cancellationToken: Token);
        await Neighbour.Commands.RunAsync(
            $"chmod 600 secret; (exec -a the-neighbours-process sleep 3000) > /dev/null 2>&1 & cd /home/user; nohup python3 -m http.server {NeighbourPort} > /dev/null 2>&1 & until curl -sf localhost:{NeighbourPort}/secret > /dev/null; do :; done",
            cancellationToken: Token);
        _neighbourProcess = await RunAsync(Neighbour, "pgrep -f ^the-neighbours-process");
    }

    /// <summary>Another server on the same machine and with the same containers, of other limits.</summary>
    internal async Task<Uri> StartServerAsync(ServerLimits limits)
    {
        string saved = Path.Combine(_data, "saved" + _apis.Count.ToString(CultureInfo.InvariantCulture));
        LocalApi api = await LocalApi.StartAsync(0, Key, _host!, SavedData.Open(saved, Console.Error.WriteLine), TimeProvider.System, Console.Error.WriteLine, limits);
        _apis.Add(api);
        return new Uri($"http://127.0.0.1:{api.Port}");
    }

    /// <summary>A listener that passes bytes to a sandbox's port as they are.</summary>
    internal async Task<Uri> OpenBytesAsync(E2B.Sandbox sandbox, int port)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Url, $"/local/sandboxes/{sandbox.SandboxId}/ports/{port}"));
        request.Headers.Add(E2B.Protocol.E2BHeaders.ApiKey, Key);
        request.Content = new StringContent("""{"protocol":"tcp"}""", System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await http.SendAsync(request, Token);
        return new Uri((string)System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!["url"]!);
    }

    internal static E2BClient ClientOf(Uri url) =>
        new(new E2BConnectionOptions { ApiUrl = url, SandboxUrl = url, ApiKey = Key, Environment = static _ => null });

    /// <summary>A sandbox of changed protections, and what it runs in.</summary>
    internal async Task<(E2B.Sandbox Sandbox, RunningSandbox Container)> StartAsync(Action<ProtectionChange> change, bool secure = true)
    {
        var changed = new ProtectionChange();
        change(changed);
        _host!.Next = changed;
        HashSet<RunningSandbox> before = [.. Runtime.Sandboxes];
        E2B.Sandbox sandbox = await Client.Sandboxes.CreateAsync(
            new SandboxCreateOptions { Timeout = TimeSpan.FromMinutes(30), Secure = secure }, Token);
        return (sandbox, Runtime.Sandboxes.Single(one => !before.Contains(one)));
    }

    /// <summary>Runs a script, and gives what it prints, to stdout last, however it ends.</summary>
    public static async Task<string> RunAsync(E2B.Sandbox sandbox, string script, string user = "root")
    {
        try
        {
            var options = new CommandOptions { User = user, Timeout = TimeSpan.FromSeconds(90) };
            CommandResult result = await sandbox.Commands.RunAsync(script, options, Token);
            return result.StandardError + result.StandardOutput;
        }
        catch (CommandExitException e)
        {
            return e.Result.StandardError + e.Result.StandardOutput;
        }
        catch (E2BTimeoutException e) when (e.Kind == E2BTimeoutKind.SandboxEnded)
        {
            // Who uses up all of its memory may end its own sandbox, agent and all.
            return Attempt.Refused;
        }
    }

    /// <summary>
    /// Makes an attempt in a sandbox without the protection in question, where it has to succeed, and then in a whole
    /// one, where it must not; after which nobody else has come to harm.
    /// </summary>
    internal async Task RefusedAsync(Attempt attempt)
    {
        string script = attempt.ScriptFor(this);
        foreach (bool isOpen in (bool[])[true, false])
        {
            (E2B.Sandbox sandbox, _) = await StartAsync(change =>
            {
                attempt.Always(change, this);
                if (isOpen)
                {
                    attempt.Without(change, this);
                }
            });
            try
            {
                string output = await RunAsync(sandbox, script, attempt.User);
                string wanted = isOpen ? Attempt.Succeeded : Attempt.Refused;
                Assert.True(
                    output.TrimEnd().EndsWith(wanted, StringComparison.Ordinal),
                    $"{attempt.Name}, {(isOpen ? "without its protection" : "in a whole sandbox")}: expected {wanted}, but it said: {output}");
            }
            finally
            {
                await sandbox.KillAsync(Token);
            }

            await AssertUnharmedAsync();
        }
    }

    /// <summary>The server serves, and the neighbour has its files, its process and its port, and can start more.</summary>
    public async Task AssertUnharmedAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(_patience);
        using var http = new HttpClient();
        Assert.Equal("Health check successful", await http.GetStringAsync(new Uri(Url, "/health"), limit.Token));
        CommandResult result = await Neighbour.Commands.RunAsync(
            $"cat secret; echo; pgrep -f ^the-neighbours-process; curl -s localhost:{NeighbourPort}/secret; touch made && rm made", null, limit.Token);
        Assert.Equal($"{Secret}\n{_neighbourProcess}{Secret}", result.StandardOutput);
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        foreach (LocalApi api in _apis)
        {
            await api.DisposeAsync();
        }

        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        if (Directory.Exists(_data))
        {
            Directory.Delete(_data, recursive: true);
        }
    }

    /// <summary>Gives the next sandbox the protections that a test wants.</summary>
    private sealed class ChangedHost(RuncSandboxHost host) : ISandboxHost
    {
        private ProtectionChange? _next;

        public ProtectionChange? Next
        {
            set => _next = value;
        }

        public bool CanPause => host.CanPause;

        public Task StartAsync(CancellationToken cancellationToken) => host.StartAsync(cancellationToken);

        public Task<IHostedSandbox> TakeAsync(SandboxOrigin origin, CancellationToken cancellationToken)
        {
            ProtectionChange change = Interlocked.Exchange(ref _next, null) ?? new ProtectionChange();
            return host.TakeAsync(
                origin with
                {
                    Limits = new SandboxLimits(CpuCount: 2, change.MemoryMiB, change.DiskMiB),
                    Overrides = new ProtectionOverrides
                    {
                        Configuration = change.Apply,
                        OpenFiles = change.OpenFiles,
                    },
                },
                cancellationToken);
        }

        public ValueTask DisposeAsync() => host.DisposeAsync();
    }
}

/// <summary>One world for all attempts.</summary>
[CollectionDefinition(Name)]
public sealed class Attempts : ICollectionFixture<IsolationWorld>
{
    public const string Name = "Isolation";
}
