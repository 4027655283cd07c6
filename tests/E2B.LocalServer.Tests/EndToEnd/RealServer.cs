using E2B.LocalServer.ControlPlane;
using E2B.LocalServer.Hosting;
using E2B.LocalServer.Tests.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace E2B.LocalServer.Tests.EndToEnd;

/// <summary>The whole local server in this process, with real sandboxes on small disks, and E2B.Core as its client.</summary>
public sealed class RealServer : IAsyncLifetime
{
    private const string Key = "e2b_0123456789abcdef0123456789abcdef01234567";

    private readonly string _data = TestRuntime.NewFolder();
    private SmallDisks? _host;
    private LocalApi? _api;

    /// <summary>MiB of disk that each sandbox has.</summary>
    public const int DiskMiB = 96;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public Uri Url => new($"http://127.0.0.1:{_api!.Port}");

    public E2BClient Client { get; private set; } = null!;

    /// <summary>A sandbox that the tests of a class share.</summary>
    public E2B.Sandbox Sandbox { get; private set; } = null!;

    public FilesClient Files => Sandbox.Files;

    public async ValueTask InitializeAsync()
    {
        Requirements.Check();
        _host = new SmallDisks(new RuncSandboxHost(_data, poolSize: 0, NullLogger.Instance));
        await _host.StartAsync(CancellationToken.None);
        _api = await LocalApi.StartAsync(0, Key, _host, SavedData.Open(_data, Console.Error.WriteLine), TimeProvider.System, Console.Error.WriteLine);
        Client = new E2BClient(new E2BConnectionOptions { ApiUrl = Url, SandboxUrl = Url, ApiKey = Key, Environment = static _ => null });
        Sandbox = await NewSandboxAsync();
    }

    public Task<E2B.Sandbox> NewSandboxAsync() =>
        Client.Sandboxes.CreateAsync(new SandboxCreateOptions { Timeout = TimeSpan.FromMinutes(20) }, CancellationToken.None);

    /// <summary>Runs a command as root.</summary>
    /// <returns>What it prints.</returns>
    public static async Task<string> RunAsync(E2B.Sandbox sandbox, string command) =>
        (await sandbox.Commands.RunAsync(command, new CommandOptions { User = "root" }, Token)).StandardOutput;

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_api is not null)
        {
            await _api.DisposeAsync();
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

    /// <summary>Gives every sandbox a disk that a test can fill.</summary>
    private sealed class SmallDisks(ISandboxHost host) : ISandboxHost
    {
        public Task StartAsync(CancellationToken cancellationToken) => host.StartAsync(cancellationToken);

        public bool CanPause => host.CanPause;

        public Task<IHostedSandbox> TakeAsync(SandboxOrigin origin, CancellationToken cancellationToken) =>
            host.TakeAsync(origin with { Limits = origin.Limits with { DiskSizeMB = DiskMiB } }, cancellationToken);

        public ValueTask DisposeAsync() => host.DisposeAsync();
    }
}
