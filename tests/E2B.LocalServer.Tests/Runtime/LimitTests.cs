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

    [Fact]
    public async Task Processor_time_is_limited()
    {
        const string Attempt = "timeout 2 python3 -c 'while True: pass'; times > /tmp/times; tail -1 /tmp/times";
        var small = await StartAsync(TestRuntime.SmallLimits with { CpuCount = 0.25 });
        var limited = UserSeconds(await _test.ExecAsync(small, Attempt));
        Assert.InRange(limited, 0.1, 0.8);

        // Compared, since a busy machine gives no full processor to anybody.
        var large = await StartAsync(TestRuntime.SmallLimits with { CpuCount = 2 });
        Assert.InRange(UserSeconds(await _test.ExecAsync(large, Attempt)), 1.5 * limited, 2.5);
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

    private static double UserSeconds(ShellResult result)
    {
        // "0m1.234s 0m0.012s": the children's time as user and as system.
        var text = result.Output.Trim().Split('\n')[^1].Split(' ')[0];
        var parts = text.TrimEnd('s').Split('m');
        return (60 * double.Parse(parts[0], null)) + double.Parse(parts[1], null);
    }

    private static async Task<long> UsedMiBAsync(string file) =>
        long.Parse((await Shell.RunAsync("du", "--block-size=1M", file)).Output.Split('\t')[0], null);
}
