using System.Text.Json.Nodes;
using E2B.LocalServer.Images;
using E2B.LocalServer.Tests.Images;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Operations;

/// <summary>A server that is killed while an image is fetched for it.</summary>
public sealed class KilledFetchTests
{
    [Fact]
    public async Task The_program_that_fetches_ends_with_the_server()
    {
        Requirements.Check();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestRegistry registry = await TestRegistry.StartAsync();
        registry.OnBlob = async context =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        string image = registry.Add("killed:1", new TestImage([await MinimalRoot.LayerAsync()], ImageCheck.Architecture));
        string data = TestRuntime.NewFolder();
        try
        {
            using ServerProcess server = await ServerProcess.StartAsync(data, "--pool", "0");
            JsonNode build = (await server.ApiAsync("POST", "/v3/templates", """{"name":"fetching","cpuCount":1,"memoryMB":256}"""))!;
            await server.ApiAsync("POST", $"/v2/templates/{build["templateID"]}/builds/{build["buildID"]}", new JsonObject { ["fromImage"] = image }.ToJsonString());
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(120), TestRuntime.Token);
            int fetching = Assert.Single(Fetching());

            await server.KillAsync();

            var watch = System.Diagnostics.Stopwatch.StartNew();
            while (Fetching().Contains(fetching))
            {
                Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), "skopeo goes on without its server");
                await Task.Delay(20, TestRuntime.Token);
            }
        }
        finally
        {
            // A server that was killed leaves things to the next one.
            using (ServerProcess next = await ServerProcess.StartAsync(data, "--pool", "0"))
            {
                await next.TerminateAsync();
            }

            Directory.Delete(data, recursive: true);
        }
    }

    private static int[] Fetching() => [.. Directory.EnumerateDirectories("/proc")
        .Select(static path => int.TryParse(Path.GetFileName(path), out int pid) ? pid : 0)
        .Where(static pid => pid != 0 && CommandLine(pid).Contains("/killed@sha256:", StringComparison.Ordinal))];

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return string.Empty; // it has ended
        }
    }
}
