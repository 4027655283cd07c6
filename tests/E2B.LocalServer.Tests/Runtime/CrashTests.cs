using System.Diagnostics;
using System.Runtime.CompilerServices;
using E2B.LocalServer.Native;
using E2B.LocalServer.Network;
using E2B.LocalServer.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>What happens when a server is killed: each test kills one that runs as a process of its own.</summary>
public sealed class CrashTests
{
    private const string ChildFolder = "E2B_TEST_CHILD_DATA";
    private const string ChildAgent = "E2B_TEST_CHILD_AGENT";
    private const string ChildNetwork = "E2B_TEST_CHILD_NETWORK";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task The_mounts_of_a_server_are_its_own_and_vanish_with_it()
    {
        Requirements.Check();
        var options = TestRuntime.Options();
        var (server, init) = await StartServerAsync(options, "follows");
        Assert.Empty(Mounts.Below(options.RuntimeDirectory));
        Assert.Single(LoopDevice.Attached(options.DataDirectory));

        try
        {
            server.Kill();
            await UntilAsync(() => HasEnded(init), "the agent ends with its stdin");
            await ProcessWatcher.Instance.WaitAsync(init);
            await UntilAsync(() => LoopDevice.Attached(options.DataDirectory).Count == 0, "the loop device frees itself");
        }
        finally
        {
            // Also when it does not hold: the next server takes away what is left.
            server.Dispose();
            await using var next = await TestRuntime.OpenAsync(options);
        }
    }

    [Theory]
    [InlineData("stays")]
    [InlineData("frozen")]
    public async Task The_next_server_removes_what_a_killed_one_left(string agent)
    {
        Requirements.Check();
        var options = TestRuntime.Options();
        var (server, init) = await StartServerAsync(options, agent);
        server.Kill();
        await server.WaitForExitAsync(TestRuntime.Token);
        server.Dispose();
        Assert.False(HasEnded(init));
        Assert.NotEmpty(Leaks.Find(options));

        await using var next = await TestRuntime.OpenAsync(options);
        Assert.True(HasEnded(init));
        await ProcessWatcher.Instance.WaitAsync(init);
        await Leaks.AssertNoneAsync(options);
        await using var sandbox = await next.StartAsync();
        await sandbox.WaitForAgentAsync(TestRuntime.Token);
    }

    /// <summary>
    /// Makes this program a server when it is started as one. It runs before the test runner's own Main. All work is
    /// done by the server's assembly: other threads cannot run code of this one until this method has ended.
    /// </summary>
    [ModuleInitializer]
    internal static void RunAsServer()
    {
        if (Environment.GetEnvironmentVariable(ChildFolder) is not { } folder)
        {
            return;
        }

        MountNamespace.EnterAndReexec();
        var options = new SandboxRuntimeOptions
        {
            DataDirectory = folder,
            Agent = Environment.GetEnvironmentVariable(ChildAgent) == "follows"
                ? StandInAgent.Command
                : new AgentCommand { Arguments = ["/usr/bin/sleep", "300"] },
            DefaultLimits = TestRuntime.SmallLimits,
            Network = Environment.GetEnvironmentVariable(ChildNetwork) is { Length: > 0 } host ? new NetworkOptions { HostNamespace = host } : null,
        };
        var runtime = SandboxRuntime.OpenAsync(options, CancellationToken.None).GetAwaiter().GetResult();
        var sandbox = runtime.StartAsync(new SandboxSpec { Limits = options.DefaultLimits }, CancellationToken.None).GetAwaiter().GetResult();
        if (Environment.GetEnvironmentVariable(ChildAgent) == "frozen")
        {
            sandbox.FreezeAsync().GetAwaiter().GetResult();
        }

        Console.WriteLine(sandbox.InitPid);
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>A server as a process of its own, and the first process of its sandbox.</summary>
    internal static async Task<(Process Server, int Init)> StartServerAsync(SandboxRuntimeOptions options, string agent)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileName(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(CrashTests).Assembly.Location);
        }

        start.Environment[ChildFolder] = options.DataDirectory;
        start.Environment[ChildAgent] = agent;
        start.Environment[ChildNetwork] = options.Network?.HostNamespace;
        var server = Process.Start(start)!;
        var line = await server.StandardOutput.ReadLineAsync(TestRuntime.Token).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestRuntime.Token);
        return (server, int.Parse(line!, null));
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < _patience, $"Not so after {_patience}: {what}.");
            await Task.Delay(20, TestRuntime.Token);
        }
    }

    /// <inheritdoc cref="HasEnded"/>
    internal static Task UntilEndedAsync(int pid) => UntilAsync(() => HasEnded(pid), "the process ends");

    /// <summary>Zombies count: the killed server's orphans are this process's to reap.</summary>
    private static bool HasEnded(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }
}
