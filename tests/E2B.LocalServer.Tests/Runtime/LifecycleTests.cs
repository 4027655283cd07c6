using Xunit;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>A sandbox's life from start to end.</summary>
public sealed class LifecycleTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_sandbox_starts_serves_and_ends()
    {
        await using var test = await TestRuntime.OpenAsync();
        for (var i = 0; i < 4; i++)
        {
            var sandbox = await test.StartAsync();
            var watch = System.Diagnostics.Stopwatch.StartNew();
            await sandbox.WaitForAgentAsync(TestRuntime.Token);
            output.WriteLine($"{sandbox.Timings}, agent {watch.Elapsed}");

            var inside = (await test.ExecAsync(sandbox, "id -u; hostname; cat /proc/1/comm; ls -ld /usr /home/user | cut -d' ' -f1,3,4")).Succeeded();
            Assert.Equal("0\ne2b\npython3\ndrwxr-xr-x user user\ndrwxr-xr-x root root\n", inside.Output);

            watch.Restart();
            await sandbox.KillAsync();
            output.WriteLine($"end {watch.Elapsed}");
            Assert.True(sandbox.Exited.IsCompleted);
        }
    }
}
