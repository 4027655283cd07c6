using E2B.LocalServer.Native;
using E2B.LocalServer.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>A runtime in a data folder of its own, which at the end must have left nothing on the machine.</summary>
public sealed class TestRuntime : IAsyncDisposable
{
    private TestRuntime(SandboxRuntime runtime) => Runtime = runtime;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public SandboxRuntime Runtime { get; }

    /// <summary>Small limits, so that a test that meets one meets it soon.</summary>
    public static ResourceLimits SmallLimits { get; } = new() { MemoryMiB = 256, CpuCount = 1, Processes = 64, DiskMiB = 256 };

    public static SandboxRuntimeOptions Options(string? dataDirectory = null) => new()
    {
        DataDirectory = dataDirectory ?? NewFolder(),
        Agent = StandInAgent.Command,
        DefaultLimits = SmallLimits,
        PoolSize = 2,
    };

    public static string NewFolder() => Path.Combine(Path.GetTempPath(), "e2b-runtime-" + Guid.NewGuid().ToString("n")[..12]);

    public static async Task<TestRuntime> OpenAsync(SandboxRuntimeOptions? options = null)
    {
        Requirements.Check();
        return new TestRuntime(await SandboxRuntime.OpenAsync(options ?? Options(), Token));
    }

    public Task<RunningSandbox> StartAsync() => StartAsync(new SandboxSpec { Limits = SmallLimits });

    public Task<RunningSandbox> StartAsync(SandboxSpec spec) => Runtime.StartAsync(spec, Token);

    internal Task<RunningSandbox> StartAsync(ProtectionOverrides overrides) =>
        StartAsync(new SandboxSpec { Limits = SmallLimits, Overrides = overrides });

    /// <summary>Runs a command in a sandbox as root, or as the user with the given id.</summary>
    internal Task<ShellResult> ExecAsync(RunningSandbox sandbox, string command, int user = 0) => Shell.RunAsync(
        "runc", "--root", Path.Combine(Runtime.Options.RuntimeDirectory, "runc"), "exec", "--user", $"{user}:{user}",
        sandbox.ContainerId, "/bin/bash", "-c", command);

    public async ValueTask DisposeAsync()
    {
        if (!Directory.Exists(Runtime.Options.DataDirectory))
        {
            return;
        }

        await Runtime.DisposeAsync();
        await Leaks.AssertClosedAsync(Runtime.Options);
        Directory.Delete(Runtime.Options.DataDirectory, recursive: true);
    }
}

internal static class Requirements
{
    /// <summary>Without root nothing here can run; without runc the tests fail, since then nothing would be tested.</summary>
    public static void Check()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sandboxes need Linux.");
        Assert.SkipUnless(Libc.GetEffectiveUserId() == 0, "Sandboxes need root.");
    }
}
