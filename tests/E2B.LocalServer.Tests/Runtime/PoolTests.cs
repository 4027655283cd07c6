using System.Diagnostics;
using E2B.LocalServer.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>Sandboxes that wait for the next create.</summary>
public sealed class PoolTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly SandboxSpec _base = new() { Limits = TestRuntime.SmallLimits };
    private TestRuntime _test = null!;
    private SandboxPool _pool = null!;

    public async ValueTask InitializeAsync()
    {
        _test = await TestRuntime.OpenAsync();
        _pool = new SandboxPool(_test.Runtime, NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        await _test.DisposeAsync();
    }

    [Fact]
    public async Task A_waiting_sandbox_is_handed_out_and_another_takes_its_place()
    {
        await FilledAsync();
        var waiting = _test.Runtime.Sandboxes.Select(sandbox => sandbox.ContainerId).ToArray();
        var watch = Stopwatch.StartNew();
        var taken = await _pool.TakeAsync(_base, TestRuntime.Token);
        output.WriteLine($"taken in {watch.Elapsed.TotalMilliseconds:f1} ms");
        Assert.Contains(taken.ContainerId, waiting);
        Assert.True(await taken.IsAgentHealthyAsync(TestRuntime.Token));
        await FilledAsync();
        Assert.Equal(3, _test.Runtime.Sandboxes.Count);
    }

    [Fact]
    public async Task More_takers_than_waiting_sandboxes_all_get_one()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _pool.TakeAsync(_base, TestRuntime.Token)));
        Assert.Equal(5, taken.Distinct().Count());
        Assert.All(taken, sandbox => Assert.False(sandbox.Exited.IsCompleted));
    }

    [Fact]
    public async Task A_waiting_sandbox_that_died_is_not_handed_out()
    {
        await FilledAsync();
        var dead = _test.Runtime.Sandboxes.ToArray();
        foreach (var sandbox in dead)
        {
            Native.ProcessWatcher.KillProcess(sandbox.InitPid);
        }

        var taken = await _pool.TakeAsync(_base, TestRuntime.Token);
        Assert.DoesNotContain(taken, dead);
    }

    [Fact]
    public async Task Other_limits_get_a_sandbox_of_their_own()
    {
        await FilledAsync();
        var waiting = _test.Runtime.Sandboxes.ToArray();
        var taken = await _pool.TakeAsync(new SandboxSpec { Limits = TestRuntime.SmallLimits with { MemoryMiB = 300 } }, TestRuntime.Token);
        Assert.DoesNotContain(taken, waiting);
        Assert.Equal(2, _pool.Count);
    }

    [Fact]
    public async Task A_pool_on_demand_is_filled_after_the_first_taker()
    {
        var other = new SandboxSpec { Limits = TestRuntime.SmallLimits with { MemoryMiB = 300 } };
        await using var pool = new SandboxPool(_test.Runtime, NullLogger.Instance, new PoolTraffic(), other, onDemand: true, mostStartsAtOnce: 1);
        await FilledAsync();
        Assert.Equal(0, pool.Count);

        await Task.WhenAll(pool.TakeAsync(_base, TestRuntime.Token), pool.TakeAsync(other, TestRuntime.Token));

        await FilledAsync(pool);
        var waiting = _test.Runtime.Sandboxes.ToArray();
        Assert.Contains(await pool.TakeAsync(other, TestRuntime.Token), waiting);
    }

    [Fact]
    public async Task A_start_keeps_its_turn_until_it_is_ready()
    {
        var other = new SandboxSpec { Limits = TestRuntime.SmallLimits with { MemoryMiB = 300 } };
        int waiting = 0, most = 0;
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pool = new SandboxPool(
            _test.Runtime, NullLogger.Instance, new PoolTraffic(), other, onDemand: true, mostStartsAtOnce: 2, waitUntilReady: async (_, cancellationToken) =>
            {
                lock (other)
                {
                    most = Math.Max(most, ++waiting);
                }

                await release.Task.WaitAsync(cancellationToken);
                lock (other)
                {
                    waiting--;
                }
            });

        Task<RunningSandbox>[] takers = [.. Enumerable.Range(0, 4).Select(_ => pool.TakeAsync(other, TestRuntime.Token))];
        var watch = Stopwatch.StartNew();
        while (Volatile.Read(ref waiting) < 2)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "No two starts wait.");
            await Task.Delay(20, TestRuntime.Token);
        }

        Assert.All(takers, taker => Assert.False(taker.IsCompleted));
        release.SetResult();
        await Task.WhenAll(takers);
        Assert.Equal(2, most);
    }

    private async Task FilledAsync(SandboxPool? pool = null)
    {
        var watch = Stopwatch.StartNew();
        while ((pool ?? _pool).Count < 2)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "The pool does not fill.");
            await Task.Delay(20, TestRuntime.Token);
        }
    }
}
