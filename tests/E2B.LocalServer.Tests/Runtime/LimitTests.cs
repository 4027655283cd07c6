using E2B.LocalServer.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>
/// What a sandbox takes too much of ends at its own limit. The control runs have a higher one, and every attempt
/// ends by itself: the host is never at risk.
/// </summary>
public sealed class LimitTests : IAsyncLifetime
{
    private TestRuntime _test = null!;

    public async ValueTask InitializeAsync() => _test = await TestRuntime.OpenAsync();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task A_memory_hog_ends_at_the_limit()
    {
        const string Attempt = "python3 -c \"data = bytearray(300 << 20); print(len(data))\"";
        var large = await StartAsync(TestRuntime.SmallLimits with { MemoryMiB = 512 });
        (await _test.ExecAsync(large, Attempt)).Succeeded();

        var small = await StartAsync(TestRuntime.SmallLimits with { MemoryMiB = 128 });
        Assert.Equal(137, (await _test.ExecAsync(small, Attempt)).ExitCode);
        Assert.False(small.Exited.IsCompleted);
    }

    [Fact]
    public async Task Files_in_memory_are_limited_with_it()
    {
        const string Attempt = "head -c 200M /dev/zero > /dev/shm/full";
        var large = await StartAsync(TestRuntime.SmallLimits with { MemoryMiB = 512 });
        (await _test.ExecAsync(large, Attempt)).Succeeded();

        var small = await StartAsync(TestRuntime.SmallLimits with { MemoryMiB = 128 });
        Assert.NotEqual(0, (await _test.ExecAsync(small, Attempt)).ExitCode);
    }

    [Fact]
    public async Task A_fork_bomb_ends_at_the_limit()
    {
        const string Attempt = """
            python3 -c "
            import os, sys, time
            started = 0
            try:
                for _ in range(300):
                    if os.fork() == 0:
                        time.sleep(3)
                        os._exit(0)
                    started += 1
            except OSError:
                pass
            print(started)"
            """;
        var large = await StartAsync(TestRuntime.SmallLimits with { Processes = 512 });
        Assert.Equal("300\n", (await _test.ExecAsync(large, Attempt)).Output);

        var small = await StartAsync(TestRuntime.SmallLimits with { Processes = 64 });
        var result = await _test.ExecAsync(small, Attempt);
        Assert.InRange(int.Parse(result.Output, null), 30, 64);
    }

    /// <summary>What they get depends on who else is at work; that it is the limit which holds them up does not.</summary>
    [Fact]
    public async Task Processor_time_is_limited()
    {
        const double Limit = 0.1;
        const string Attempt = "for i in 1 2 3 4 5 6 7 8; do timeout 2 python3 -c 'while True: pass' & done; wait";
        var small = await StartAsync(TestRuntime.SmallLimits with { CpuCount = Limit });
        var before = small.ReadUsage().CpuTime;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 15 && TimesHeldUp(small) == 0; i++)
        {
            await _test.ExecAsync(small, Attempt);
        }

        Assert.True(TimesHeldUp(small) > 0, "it was never held up");
        Assert.InRange((small.ReadUsage().CpuTime - before) / watch.Elapsed, 0, 2 * Limit);

        var large = await StartAsync(TestRuntime.SmallLimits with { CpuCount = 2 * Environment.ProcessorCount });
        await _test.ExecAsync(large, Attempt);
        Assert.Equal(0, TimesHeldUp(large));
    }

    [Fact]
    public async Task The_disk_is_limited()
    {
        const string Attempt = "head -c 100M /dev/zero > /home/user/full && head -c 100M /dev/zero > /usr/full && sync";
        var large = await StartAsync(TestRuntime.SmallLimits with { DiskMiB = 300 });
        (await _test.ExecAsync(large, Attempt)).Succeeded();

        var small = await StartAsync(TestRuntime.SmallLimits with { DiskMiB = 64 });
        Assert.Contains("No space left", (await _test.ExecAsync(small, Attempt)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_sandbox_uses_can_be_read()
    {
        var sandbox = await _test.StartAsync();
        var before = sandbox.ReadUsage();
        Assert.InRange(before.DiskTotalBytes, 200L << 20, 256L << 20);
        (await _test.ExecAsync(sandbox, "head -c 50M /dev/urandom > /srv/full; head -c 50M /dev/zero > /dev/shm/full")).Succeeded();
        var after = sandbox.ReadUsage();
        Assert.InRange(after.DiskUsedBytes - before.DiskUsedBytes, 50L << 20, 52L << 20);
        Assert.InRange(after.MemoryBytes - before.MemoryBytes, 45L << 20, 120L << 20);
        Assert.InRange(after.CpuTime - before.CpuTime, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(20));

        await sandbox.KillAsync();
        Assert.Throws<SandboxException>(sandbox.ReadUsage);
    }

    [Fact]
    public async Task Deleted_files_are_given_back_to_the_host()
    {
        var sandbox = await _test.StartAsync();
        var image = Path.Combine(_test.Runtime.Options.DataDirectory, "sandboxes", sandbox.ContainerId, "disk.img");
        (await _test.ExecAsync(sandbox, "head -c 100M /dev/urandom > /srv/full; sync -f /srv/full")).Succeeded();
        Assert.InRange(await UsedMiBAsync(image), 100, 110);
        (await _test.ExecAsync(sandbox, "rm /srv/full; sync -f /srv")).Succeeded();
        Assert.InRange(await UsedMiBAsync(image), 0, 10);
    }

    private Task<RunningSandbox> StartAsync(ResourceLimits limits) => _test.StartAsync(new SandboxSpec { Limits = limits });

    /// <summary>In how many periods it had used up its share before the end.</summary>
    private long TimesHeldUp(RunningSandbox sandbox)
    {
        var file = Path.Combine(ControlGroups.Folder("cpu", $"{_test.Runtime.Options.ControlGroup}/{sandbox.ContainerId}"), "cpu.stat");
        return long.Parse(File.ReadLines(file).Single(line => line.StartsWith("nr_throttled ", StringComparison.Ordinal)).Split(' ')[1], null);
    }

    private static async Task<long> UsedMiBAsync(string file) =>
        long.Parse((await Shell.RunAsync("du", "--block-size=1M", file)).Output.Split('\t')[0], null);
}
