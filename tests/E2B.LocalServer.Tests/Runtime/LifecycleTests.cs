using System.Diagnostics;
using E2B.LocalServer.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>A sandbox's life from start to end.</summary>
public sealed class LifecycleTests(ITestOutputHelper output) : IAsyncLifetime
{
    private TestRuntime _test = null!;

    public async ValueTask InitializeAsync() => _test = await TestRuntime.OpenAsync();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task A_sandbox_starts_serves_and_ends()
    {
        for (var i = 0; i < 4; i++)
        {
            var sandbox = await _test.StartAsync();
            var watch = Stopwatch.StartNew();
            await sandbox.WaitForAgentAsync(TestRuntime.Token);
            output.WriteLine($"{sandbox.Timings}, agent {watch.Elapsed}");

            var inside = (await _test.ExecAsync(sandbox, "id -u; hostname; cat /proc/1/comm; stat -c %U /usr /home/user; pwd")).Succeeded();
            Assert.Equal("0\ne2b\npython3\nroot\nuser\n/\n", inside.Output);
            Assert.Contains("serving", sandbox.AgentOutput, StringComparison.Ordinal);

            watch.Restart();
            await sandbox.KillAsync();
            output.WriteLine($"end {watch.Elapsed}");
            Assert.True(sandbox.Exited.IsCompleted);
            await Leaks.AssertNoneAsync(_test.Runtime.Options);
        }
    }

    [Fact]
    public async Task Many_start_and_end_at_once()
    {
        var sandboxes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _test.StartAsync()));
        Assert.Equal(8, sandboxes.Select(sandbox => sandbox.IdRange.First).Distinct().Count());
        await Task.WhenAll(sandboxes.Select(sandbox => sandbox.WaitForAgentAsync(TestRuntime.Token)));

        // Two calls for each, since an end may be asked for twice.
        await Task.WhenAll(sandboxes.SelectMany(sandbox => (Task[])[sandbox.KillAsync(), sandbox.KillAsync()]));
        Assert.Empty(_test.Runtime.Sandboxes);
        await Leaks.AssertNoneAsync(_test.Runtime.Options);
    }

    [Fact]
    public async Task A_cancelled_start_leaves_nothing_behind()
    {
        var cancelled = 0;
        for (var milliseconds = 0; milliseconds < 60; milliseconds += 3)
        {
            using var cancellation = new CancellationTokenSource(milliseconds);
            try
            {
                await using var sandbox = await _test.Runtime.StartAsync(new SandboxSpec { Limits = TestRuntime.SmallLimits }, cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        }

        Assert.NotEqual(0, cancelled);
        Assert.Empty(_test.Runtime.Sandboxes);
        await Leaks.AssertNoneAsync(_test.Runtime.Options);
    }

    [Fact]
    public async Task A_sandbox_that_cannot_start_says_why_and_leaves_nothing_behind()
    {
        var overrides = new ProtectionOverrides { Configuration = config => config["process"]!["args"]![0] = "/no/such/program" };
        var error = await Assert.ThrowsAsync<SandboxException>(() => _test.StartAsync(overrides));
        Assert.Contains("/no/such/program", error.Message, StringComparison.Ordinal);
        Assert.Empty(_test.Runtime.Sandboxes);
        await Leaks.AssertNoneAsync(_test.Runtime.Options);
    }

    [Fact]
    public async Task An_agent_that_ends_is_told_with_its_last_words()
    {
        var agent = StandInAgent.Python("import sys; print('x' * 100000); sys.exit('out of order')");
        await using var test = await TestRuntime.OpenAsync(TestRuntime.Options() with { Agent = agent });
        await using var sandbox = await test.StartAsync();
        var error = await Assert.ThrowsAsync<SandboxException>(() => sandbox.WaitForAgentAsync(TestRuntime.Token));
        Assert.Contains("out of order", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 100, 20_000);
        await sandbox.Exited.WaitAsync(TimeSpan.FromSeconds(5), TestRuntime.Token);
    }

    [Fact]
    public async Task Frozen_processes_stand_still()
    {
        var sandbox = await _test.StartAsync();
        await sandbox.WaitForAgentAsync(TestRuntime.Token);
        await sandbox.FreezeAsync();
        await sandbox.FreezeAsync();
        using (var limit = new CancellationTokenSource(300))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sandbox.IsAgentHealthyAsync(limit.Token));
        }

        await sandbox.ThawAsync();
        Assert.True(await sandbox.IsAgentHealthyAsync(TestRuntime.Token));
    }

    [Fact]
    public async Task Many_busy_sandboxes_can_be_frozen_and_then_use_no_processor_time()
    {
        // Instead of an agent, a program that never waits, once somebody has called. Before, it would keep the others from starting.
        await using var test = await TestRuntime.OpenAsync(TestRuntime.Options() with { Agent = StandInAgent.Python("import socket; listener = socket.socket(fileno=3); listener.accept()\nwhile True: pass") });
        var sandboxes = new List<RunningSandbox>();
        for (var i = 0; i < 16; i++)
        {
            sandboxes.AddRange(await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => test.StartAsync())));
        }

        foreach (var sandbox in sandboxes)
        {
            using var call = await sandbox.ConnectAgentAsync(TestRuntime.Token);
        }

        var idle = sandboxes.Select(sandbox => sandbox.ReadUsage().CpuTime).ToArray();
        for (var end = DateTime.UtcNow.AddSeconds(60); sandboxes.Zip(idle).Any(one => one.First.ReadUsage().CpuTime == one.Second);)
        {
            Assert.True(DateTime.UtcNow < end, "they are not all at work");
            await Task.Delay(10, TestRuntime.Token);
        }

        await Task.WhenAll(sandboxes.Select(sandbox => sandbox.FreezeAsync()));
        var before = sandboxes.Select(sandbox => sandbox.ReadUsage().CpuTime).ToArray();

        // What is measured is that nothing happens in this time.
        await Task.Delay(2000, TestRuntime.Token);
        Assert.Equal(before, sandboxes.Select(sandbox => sandbox.ReadUsage().CpuTime));
        Assert.All(before, used => Assert.NotEqual(TimeSpan.Zero, used));

        await sandboxes[0].ThawAsync();
        for (var end = DateTime.UtcNow.AddSeconds(10); sandboxes[0].ReadUsage().CpuTime == before[0] && DateTime.UtcNow < end;)
        {
            await Task.Delay(10, TestRuntime.Token);
        }

        Assert.NotEqual(before[0], sandboxes[0].ReadUsage().CpuTime);
    }

    [Fact]
    public async Task A_frozen_sandbox_can_be_ended()
    {
        var sandbox = await _test.StartAsync();
        await sandbox.FreezeAsync();
        await sandbox.KillAsync().WaitAsync(TimeSpan.FromSeconds(5), TestRuntime.Token);
        await Leaks.AssertNoneAsync(_test.Runtime.Options);
    }

    [Fact]
    public async Task Ended_sandboxes_leave_no_zombies()
    {
        var sandbox = await _test.StartAsync();
        var pid = sandbox.InitPid;
        Assert.True(Directory.Exists($"/proc/{pid}"));
        await sandbox.KillAsync();
        Assert.False(Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public async Task A_data_folder_may_have_a_long_name()
    {
        var folder = TestRuntime.NewFolder();
        folder = folder.PadRight(150, 'x');
        await using var test = await TestRuntime.OpenAsync(TestRuntime.Options(folder));
        await using var sandbox = await test.StartAsync();
        await sandbox.WaitForAgentAsync(TestRuntime.Token);
        Assert.Equal(150, test.Runtime.Options.DataDirectory.Length);
    }

    [Fact]
    public async Task Two_servers_cannot_share_a_data_folder()
    {
        var error = await Assert.ThrowsAsync<StartupCheckException>(
            () => SandboxRuntime.OpenAsync(_test.Runtime.Options, TestRuntime.Token));
        Assert.Contains("--data", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_runtime_ends_its_sandboxes_and_starts_no_more()
    {
        await using var test = await TestRuntime.OpenAsync();
        var sandboxes = await Task.WhenAll(test.StartAsync(), test.StartAsync());
        var starting = test.StartAsync();
        await test.DisposeAsync();
        Assert.All(sandboxes, sandbox => Assert.True(sandbox.Exited.IsCompleted));
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await starting;
            await test.StartAsync();
        });
    }
}
