using System.Diagnostics;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Operations;

/// <summary>How soon the server serves.</summary>
[Collection(Alone.Name)]
public sealed class ReadinessTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _data = TestRuntime.NewFolder();

    private static CancellationToken Token => TestRuntime.Token;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task It_is_ready_within_two_seconds_and_tells_of_its_health()
    {
        // On a machine busy with other things everything takes its multiple: measured by a program that does nothing.
        TimeSpan best = TimeSpan.MaxValue, limit = TimeSpan.FromSeconds(2);

        // The first start makes the base; and other work on this machine may hold up any one of them.
        for (int i = 0; i < 6 && best > limit; i++)
        {
            var watch = Stopwatch.StartNew();
            using (ServerProcess nothing = ServerProcess.Launch("dotnet", ServerProcess.Program, "--version"))
            {
                await nothing.WaitAsync();
            }

            limit = limit > watch.Elapsed * 15 ? limit : watch.Elapsed * 15;
            using ServerProcess server = await ServerProcess.StartAsync(_data);
            best = server.ReadyAfter < best ? server.ReadyAfter : best;
            using var http = new HttpClient();
            Assert.Equal("Health check successful", await http.GetStringAsync(new Uri(server.Url, "/health"), Token));
            await server.TerminateAsync();
        }

        output.WriteLine($"ready after {best.TotalMilliseconds:f0} ms, of at most {limit.TotalMilliseconds:f0}");
        Assert.True(best <= limit, $"ready after {best}");
    }
}
