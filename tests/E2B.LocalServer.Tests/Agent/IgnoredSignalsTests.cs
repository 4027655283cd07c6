using E2B.Protocol.Process;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

/// <summary>The agent was started with signals ignored, as a script's background job is: its commands know nothing of that.</summary>
public sealed class IgnoredSignalsTests
{
    private const int Limit = 60_000;

    [Fact(Timeout = Limit)]
    public async Task CommandsStartWithTheUsualDispositions()
    {
        await using var host = new AgentHost { IgnoresSignals = true };
        await host.InitializeAsync();
        const ulong Interrupt = 1UL << 1;
        ulong ignored = Convert.ToUInt64(
            File.ReadLines($"/proc/{host.Pid}/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim(), 16);
        Assert.True((ignored & Interrupt) != 0, "The agent does not ignore SIGINT, so this would test nothing.");

        // Two signals are the C library's own, and cannot be set by anybody.
        using ProcessRun run = await host.Client.StartAsync("exec grep -E 'Sig(Ign|Blk)' /proc/self/status");
        await run.ReadToEndAsync();
        Assert.Equal("SigBlk:\t0000000000000000\nSigIgn:\t0000000180000000\n", run.StdoutText);

        // A signal to itself, which a disposition handed on would swallow.
        using ProcessRun interrupted = await host.Client.StartAsync("kill -INT $$; echo survived");
        Assert.Equal("signal: interrupt", (await interrupted.ReadToEndAsync()).Status);
    }

    [Fact(Timeout = Limit)]
    public async Task CtrlCInATerminalEndsTheProgramInIt()
    {
        await using var host = new AgentHost { IgnoresSignals = true };
        await host.InitializeAsync();
        var request = new StartRequest
        {
            Process = new ProcessConfig { Cmd = "/bin/bash", Args = { "-c", "echo go; exec sleep 1000" } },
            Pty = new PTY { Size = new PTY.Types.Size { Cols = 80, Rows = 24 } },
        };
        using ProcessRun run = await host.Client.StartAsync(request);
        await run.ReadUntilAsync(r => r.PtyText.Contains("go", StringComparison.Ordinal));

        await host.Client.SendPtyAsync(run.Pid, "\u0003");

        Assert.Equal("signal: interrupt", (await run.ReadToEndAsync()).Status);
    }
}
