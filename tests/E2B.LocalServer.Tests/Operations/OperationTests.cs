using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Operations;

/// <summary>The server as a process: how it starts, what it says, how it ends, and what crashes leave.</summary>
public sealed class OperationTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Busy = 20;

    /// <summary>Processor, files and memory at once, for as long as it is let.</summary>
    private const string Work = "while :; do echo $RANDOM >> /home/user/busy; head -c 200000 /dev/urandom | sha256sum > /home/user/sum; sleep 0.2; done";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private readonly string _data = TestRuntime.NewFolder();

    private static CancellationToken Token => TestRuntime.Token;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(_data))
        {
            // Whatever a test has left is taken away as users do it: by another start.
            using (ServerProcess server = await ServerProcess.StartAsync(_data, "--pool", "0"))
            {
                await server.TerminateAsync();
            }

            Directory.Delete(_data, recursive: true);
        }
    }

    [Fact]
    public async Task Twenty_busy_sandboxes_end_within_five_seconds_of_SIGTERM()
    {
        using (ServerProcess server = await ServerProcess.StartAsync(_data))
        {
            await StartBusyAsync(server, Busy);
            (int exitCode, TimeSpan took) = await server.TerminateAsync();
            output.WriteLine($"ended after {took.TotalMilliseconds:f0} ms, exit code {exitCode}: {server.Errors}");
            Assert.True(took < TimeSpan.FromSeconds(5), $"ended after {took}");
            Assert.Equal(0, exitCode);
        }

        using ServerProcess next = await ServerProcess.StartAsync(_data, "--pool", "0");
        Assert.Empty(next.FindTraces(_data));
    }

    [Fact]
    public async Task The_log_names_the_sandbox_in_every_line_about_one()
    {
        string id;
        using (ServerProcess server = await ServerProcess.StartAsync(_data, "--pool", "0", "--log-level", "debug"))
        {
            E2B.Sandbox sandbox = await server.Client.Sandboxes.CreateAsync(cancellationToken: Token);
            id = sandbox.SandboxId;
            await sandbox.Commands.RunAsync("echo 'two\nlines'", cancellationToken: Token);
            await sandbox.KillAsync(Token);
            Assert.Equal(0, (await server.TerminateAsync()).ExitCode);
        }

        string file = Path.Combine(_data, "server.log");
        string[] lines = await File.ReadAllLinesAsync(file, Token);
        Assert.All(lines, line => Assert.Matches("^time=[0-9-]+T[0-9:.]+Z level=(debug|info|warning|error) (sandbox=[a-z0-9]+ )?msg=", line));
        string[] about = [.. lines.Where(line => line.Contains("andbox", StringComparison.Ordinal))];
        Assert.All(about, line => Assert.Contains($"sandbox={id} ", line, StringComparison.Ordinal));
        foreach (string message in (string[])["msg=\"Sandbox runs\" container=", "msg=\"Sandbox created\"", "msg=\"Killing sandbox\" kill_reason=request", "msg=\"Sandbox stopped\""])
        {
            Assert.Contains(about, line => line.Contains(message, StringComparison.Ordinal));
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.DoesNotContain(await File.ReadAllTextAsync(Path.Combine(_data, "api-key"), Token), await File.ReadAllTextAsync(file, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_any_moment_it_loses_nothing_that_is_kept_and_leaves_nothing_else()
    {
        string snapshot, paused;
        using (ServerProcess server = await ServerProcess.StartAsync(_data, "--pool", "0"))
        {
            E2B.Sandbox sandbox = await server.Client.Sandboxes.CreateAsync(new SandboxCreateOptions { Timeout = TimeSpan.FromHours(1) }, Token);
            await sandbox.Files.WriteTextAsync("/home/user/kept", "in the snapshot", cancellationToken: Token);
            snapshot = (string)(await server.ApiAsync("POST", $"/sandboxes/{sandbox.SandboxId}/snapshots", "{}"))!["snapshotID"]!;
            await sandbox.Files.WriteTextAsync("/home/user/kept", "in the paused one", cancellationToken: Token);
            await server.ApiAsync("POST", $"/sandboxes/{sandbox.SandboxId}/pause");
            paused = sandbox.SandboxId;
            await server.KillAsync();
        }

        for (int round = 0; round < (ServerProcess.IsSoak ? 50 : 5); round++)
        {
            var kept = new Kept();
            using (ServerProcess server = await ServerProcess.StartAsync(_data, round % 2 == 0 ? ["--pool", "0"] : []))
            {
                // While they start, while they work, while some are removed, paused or copied: whatever the moment brings.
                Task work = Task.WhenAll(BusyAndGoneAsync(server), KeepingAsync(server, kept));
                if (round % 2 == 1)
                {
                    // In the middle of another snapshot, or of a pause.
                    await UntilAsync(() => !kept.Snapshots.IsEmpty);
                    await Task.Delay(Random.Shared.Next(0, 1_500), Token);
                }
                else
                {
                    await Task.Delay(Random.Shared.Next(200, 8_000), Token);
                }

                await server.KillAsync();
                await work.WaitAsync(_patience, Token);
            }

            using ServerProcess next = await ServerProcess.StartAsync(_data, "--pool", "0");
            IReadOnlyList<string> traces = next.FindTraces(_data);
            Assert.True(traces.Count == 0, $"round {round}: left behind: {string.Join(' ', traces)}");
            await AssertKeptAsync(next, kept, snapshot, paused);
            output.WriteLine($"round {round}: {kept.Snapshots.Count} snapshots and {kept.Paused.Count} paused sandboxes were made before the end, and are there");
            E2B.Sandbox made = await next.Client.Sandboxes.CreateAsync(new SandboxCreateOptions { Template = snapshot }, Token);
            Assert.Equal("in the snapshot", await made.Files.ReadTextAsync("/home/user/kept", cancellationToken: Token));
            await made.KillAsync(Token);
            E2B.Sandbox resumed = await next.Client.Sandboxes.ConnectAsync(paused, cancellationToken: Token);
            Assert.Equal("in the paused one", await resumed.Files.ReadTextAsync("/home/user/kept", cancellationToken: Token));
            await next.ApiAsync("POST", $"/sandboxes/{paused}/pause");
            await next.KillAsync();
        }
    }

    [Fact]
    public async Task Many_sandboxes_leave_no_trace_in_the_server()
    {
        int many = ServerProcess.IsSoak ? 10_000 : 200;
        using ServerProcess server = await ServerProcess.StartAsync(_data, "--pool", "0");
        await MakeAndRemoveAsync(server, 30);
        await UntilAsync(() => server.FindTraces(_data).Count == 0);
        (int files, long memory, int mounts) = server.Measure();
        await MakeAndRemoveAsync(server, many);
        await UntilAsync(() => server.FindTraces(_data).Count == 0);
        (int filesAfter, long memoryAfter, int mountsAfter) = server.Measure();

        output.WriteLine($"files {files} -> {filesAfter}, memory {memory} -> {memoryAfter} MiB, mounts {mounts} -> {mountsAfter}");
        Assert.InRange(filesAfter, 0, files + 12);
        Assert.Equal(mounts, mountsAfter);
        Assert.InRange(memoryAfter, 0, memory + 60);
        Assert.Equal(0, (await server.TerminateAsync()).ExitCode);
    }

    private static async Task MakeAndRemoveAsync(ServerProcess server, int count) => await Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Token },
        async (_, token) =>
        {
            try
            {
                E2B.Sandbox sandbox = await server.Client.Sandboxes.CreateAsync(cancellationToken: token);
                await sandbox.KillAsync(token);
            }
            catch (E2BException e) when (server.Errors.Length > 0)
            {
                throw new InvalidOperationException(server.Errors, e);
            }
        });

    private static async Task StartBusyAsync(ServerProcess server, int count) => await Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Token },
        async (_, token) =>
        {
            E2B.Sandbox sandbox = await server.Client.Sandboxes.CreateAsync(new SandboxCreateOptions { Timeout = TimeSpan.FromMinutes(30) }, token);
            await sandbox.Commands.StartAsync(Work, new CommandOptions { Timeout = TimeSpan.Zero }, token);
        });

    /// <summary>Makes busy sandboxes and removes some, until the server is gone.</summary>
    private static async Task BusyAndGoneAsync(ServerProcess server)
    {
        try
        {
            await StartBusyAsync(server, Busy);
            while (true)
            {
                await MakeAndRemoveAsync(server, 4);
            }
        }
        catch (Exception e) when (e is E2BException or InvalidOperationException)
        {
            // It is gone.
        }
    }

    /// <summary>Makes snapshots and paused sandboxes until the server is gone, and notes those that it said were made.</summary>
    private static async Task KeepingAsync(ServerProcess server, Kept kept)
    {
        try
        {
            for (int number = 0; ; number++)
            {
                string text = number.ToString(CultureInfo.InvariantCulture);
                E2B.Sandbox sandbox = await server.Client.Sandboxes.CreateAsync(new SandboxCreateOptions { Timeout = TimeSpan.FromHours(1), Metadata = new Dictionary<string, string> { ["number"] = text } }, Token);
                await sandbox.Files.WriteTextAsync("/home/user/number", text, cancellationToken: Token);
                for (int copy = 0; copy < 3; copy++)
                {
                    kept.Snapshots[(string)(await server.ApiAsync("POST", $"/sandboxes/{sandbox.SandboxId}/snapshots", "{}"))!["snapshotID"]!] = text;
                }

                await server.ApiAsync("POST", $"/sandboxes/{sandbox.SandboxId}/pause");
                kept.Paused[sandbox.SandboxId] = text;
            }
        }
        catch (Exception e) when (e is E2BException or HttpRequestException or IOException)
        {
            // It is gone.
        }
    }

    /// <summary>All that the server said was made is there; what it did not come to say is whole, or not there. Then it is removed.</summary>
    private static async Task AssertKeptAsync(ServerProcess server, Kept kept, string snapshot, string paused)
    {
        string[] snapshots = [.. (await server.ApiAsync("GET", "/snapshots?limit=100"))!.AsArray().Select(one => (string)one!["snapshotID"]!)];
        Assert.Contains(snapshot, snapshots);
        Assert.Empty(kept.Snapshots.Keys.Except(snapshots));
        foreach (string one in snapshots.Where(one => one != snapshot))
        {
            E2B.Sandbox made = await server.Client.Sandboxes.CreateAsync(new SandboxCreateOptions { Template = one }, Token);
            string number = await made.Files.ReadTextAsync("/home/user/number", cancellationToken: Token);
            Assert.Equal(kept.Snapshots.GetValueOrDefault(one, number), number);
            Assert.Matches("^[0-9]+$", number);
            await made.KillAsync(Token);
            await server.ApiAsync("DELETE", $"/templates/{one.Split(':')[0]}");
        }

        JsonNode[] there = [.. (await server.ApiAsync("GET", "/v2/sandboxes?state=paused&limit=100"))!.AsArray().OfType<JsonNode>()];
        string[] ids = [.. there.Select(one => (string)one["sandboxID"]!)];
        Assert.Contains(paused, ids);
        Assert.Empty(kept.Paused.Keys.Except(ids));
        foreach (JsonNode one in there.Where(one => (string)one["sandboxID"]! != paused))
        {
            E2B.Sandbox resumed = await server.Client.Sandboxes.ConnectAsync((string)one["sandboxID"]!, cancellationToken: Token);
            Assert.Equal((string)one["metadata"]!["number"]!, await resumed.Files.ReadTextAsync("/home/user/number", cancellationToken: Token));
            await resumed.KillAsync(Token);
        }
    }

    /// <summary>What a server said was made, with the number in its file.</summary>
    private sealed class Kept
    {
        public ConcurrentDictionary<string, string> Snapshots { get; } = new();

        public ConcurrentDictionary<string, string> Paused { get; } = new();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < _patience, "Not so after " + _patience);
            await Task.Delay(50, Token);
        }
    }
}
