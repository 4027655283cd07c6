using System.Diagnostics;
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
            using (ServerProcess server = await ServerProcess.StartAsync(_data, round % 2 == 0 ? ["--pool", "0"] : []))
            {
                // While they start, while they work, while some are removed: whatever the moment brings.
                Task work = BusyAndGoneAsync(server);
                await Task.Delay(Random.Shared.Next(200, 8_000), Token);
                await server.KillAsync();
                await work.WaitAsync(_patience, Token);
            }

            using ServerProcess next = await ServerProcess.StartAsync(_data, "--pool", "0");
            IReadOnlyList<string> traces = next.FindTraces(_data);
            Assert.True(traces.Count == 0, $"round {round}: left behind: {string.Join(' ', traces)}");
            Assert.Contains((await next.ApiAsync("GET", "/snapshots"))!.AsArray(), one => (string)one!["snapshotID"]! == snapshot);
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
