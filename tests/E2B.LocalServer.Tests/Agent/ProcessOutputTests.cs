using System.Globalization;
using E2B.Protocol;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

public sealed class ProcessOutputTests(AgentHost host) : IClassFixture<AgentHost>
{
    private const int Limit = 60_000;
    private const long Slack = 48 * 1024 * 1024;
    private readonly AgentClient _client = host.Client;

    [Theory(Timeout = Limit), InlineData(true), InlineData(false)]
    public async Task AReaderWhoPausesHoldsTheProcessAndCostsNoMemory(bool binary)
    {
        const long Size = 100_000_000;
        using ProcessRun run = await _client.StartAsync($"exec head -c {Size} /dev/zero", binary ? MessageCodec.Binary : MessageCodec.Json);
        await run.ReadOneAsync();
        long before = host.AnonymousMemory;
        await AgentHost.UntilAsync(Stalls(run.Pid), "the process stalls");
        Assert.True(Directory.Exists($"/proc/{run.Pid}"), "The process went on without its reader.");
        Assert.InRange(host.AnonymousMemory - before, long.MinValue, Slack);

        long count = run.Stdout.Length;
        run.Stdout.SetLength(0);
        while (await run.ReadOneAsync())
        {
            count += run.Stdout.Length;
            run.Stdout.SetLength(0);
        }

        Assert.Equal(Size, count);
        Assert.Equal(0, run.End!.ExitCode);
        Assert.InRange(host.AnonymousMemory - before, long.MinValue, Slack);
    }

    [Fact(Timeout = Limit)]
    public async Task AReaderWhoGoesHoldsNobody()
    {
        ProcessRun run = await _client.StartAsync("exec head -c 50000000 /dev/zero");
        await run.ReadOneAsync();
        await AgentHost.UntilAsync(Stalls(run.Pid), "the process stalls");
        run.Dispose();
        await AgentHost.UntilAsync(() => !Directory.Exists($"/proc/{run.Pid}"), "the process has ended");
        using ProcessRun late = await _client.ConnectAsync(AgentClient.Selector(run.Pid));
        Assert.Equal("exit status 0", (await late.ReadToEndAsync()).Status);
        Assert.Equal(0, late.Stdout.Length);
    }

    [Fact(Timeout = Limit)]
    public async Task SeveralReadersGetTheSame()
    {
        using ProcessRun first = await _client.StartAsync("read go; seq 100000", change: r => r.Tag = "shared");
        using ProcessRun second = await _client.ConnectAsync(AgentClient.Selector(first.Pid));
        ProcessRun gone = await _client.ConnectAsync(new ProcessSelector { Tag = "shared" });
        Assert.Equal(first.Pid, gone.Pid);
        await _client.SendStdinAsync(first.Pid, "\n"u8);
        await gone.ReadOneAsync();
        gone.Dispose();
        await Task.WhenAll(first.ReadToEndAsync(), second.ReadToEndAsync());
        Assert.EndsWith("\n99999\n100000\n", first.StdoutText, StringComparison.Ordinal);
        Assert.Equal(first.StdoutText, second.StdoutText);
    }

    [Theory(Timeout = Limit), InlineData(true), InlineData(false)]
    public async Task TheEndCanBeAskedForLater(bool byTag)
    {
        string tag = Guid.NewGuid().ToString();
        using ProcessRun run = await _client.StartAsync("exit 4", change: r => r.Tag = tag);
        await run.ReadToEndAsync();
        using ProcessRun late = await _client.ConnectAsync(byTag ? new ProcessSelector { Tag = tag } : AgentClient.Selector(run.Pid));
        Assert.Equal(run.Pid, late.Pid);
        Assert.Equal(run.End, await late.ReadToEndAsync());
        Assert.DoesNotContain((await ListAsync()).Processes, p => p.Pid == run.Pid);
    }

    [Fact(Timeout = Limit)]
    public async Task RunningProcessesAreListed()
    {
        string tag = Guid.NewGuid().ToString();
        using ProcessRun run = await _client.StartAsync("exec sleep 1000", change: r =>
        {
            r.Tag = tag;
            r.Process.Cwd = "/usr";
        });
        ProcessInfo info = Assert.Single((await ListAsync()).Processes, p => p.Tag == tag);
        Assert.Equal((uint)run.Pid, info.Pid);
        Assert.Equal(("/bin/bash", "/usr", "exec sleep 1000"), (info.Config.Cmd, info.Config.Cwd, info.Config.Args[1]));
        await _client.SignalAsync(run.Pid, Signal.Sigkill);
    }

    [Fact(Timeout = Limit)]
    public async Task TheEndWaitsForOutputThatChildrenHoldOpen()
    {
        using ProcessRun run = await _client.StartAsync("(read -r go; echo from the child) <&0 & echo $!; exit 2");
        await run.ReadUntilAsync(r => r.StdoutText.EndsWith('\n'));
        await AgentHost.UntilAsync(() => !Directory.Exists($"/proc/{run.Pid}"), "the main process is gone");
        await _client.SendStdinAsync(run.Pid, "go\n"u8);
        Assert.Equal(2, (await run.ReadToEndAsync()).ExitCode);
        Assert.EndsWith("\nfrom the child\n", run.StdoutText, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task AKilledProcessDoesNotWaitForItsChildren()
    {
        using ProcessRun run = await _client.StartAsync("sleep 1000 & echo $!; wait");
        await run.ReadUntilAsync(r => r.StdoutText.EndsWith('\n'));
        await _client.SignalAsync(run.Pid, Signal.Sigkill);
        Assert.Equal("signal: killed", (await run.ReadToEndAsync()).Status);
        string child = run.StdoutText.Trim();
        Assert.True(Directory.Exists("/proc/" + child), "The signal is for the main process alone.");
        using ProcessRun clean = await _client.StartAsync("kill -9 " + child);
        await clean.ReadToEndAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task TheTimeLimitKills()
    {
        using ProcessRun run = await _client.StartAsync("exec sleep 1000", headers: (E2BHeaders.ConnectTimeout, "300"));
        RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(run.ReadToEndAsync);
        Assert.Equal(ConnectCode.DeadlineExceeded, failure.Code);
        await AgentHost.UntilAsync(() => !Directory.Exists($"/proc/{run.Pid}"), "the process is gone");
    }

    [Fact(Timeout = Limit)]
    public async Task TheTimeLimitKillsThoughTheCallerHasGone()
    {
        ProcessRun run = await _client.StartAsync("exec sleep 1000", headers: (E2BHeaders.ConnectTimeout, "500"));
        run.Dispose();
        await AgentHost.UntilAsync(() => !Directory.Exists($"/proc/{run.Pid}"), "the process is gone");
        using ProcessRun late = await _client.ConnectAsync(AgentClient.Selector(run.Pid));
        Assert.Equal("signal: killed", (await late.ReadToEndAsync()).Status);
    }

    [Fact(Timeout = Limit)]
    public async Task TheTimeLimitOfAListenerKillsNothing()
    {
        using ProcessRun run = await _client.StartAsync("read -r go; exit 6");
        using ProcessRun listener = await _client.ConnectAsync(AgentClient.Selector(run.Pid), (E2BHeaders.ConnectTimeout, "200"));
        Assert.Equal(ConnectCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcCallException>(listener.ReadToEndAsync)).Code);
        await _client.SendStdinAsync(run.Pid, "go\n"u8);
        Assert.Equal(6, (await run.ReadToEndAsync()).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task SilenceIsFilledWithSignsOfLife()
    {
        using ProcessRun run = await _client.StartAsync("read -r go", headers: (E2BHeaders.KeepalivePingInterval, "1"));
        await run.ReadUntilAsync(r => r.Keepalives >= 2);
        await _client.CloseStdinAsync(run.Pid);
        await run.ReadToEndAsync();
    }

    private Task<ListResponse> ListAsync() => _client.CallAsync<ListResponse>(AgentClient.Process + "List", new ListRequest());

    /// <summary>Whether the process has written nothing more between two looks in a row.</summary>
    private static Func<bool> Stalls(int pid)
    {
        long last = -1;
        int same = 0;
        return () =>
        {
            string line = File.ReadLines($"/proc/{pid}/io").First(l => l.StartsWith("wchar:", StringComparison.Ordinal));
            long written = long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            same = written == last && written > 0 ? same + 1 : 0;
            last = written;
            return same >= 10;
        };
    }
}
