using E2B.Protocol.Connect;
using E2B.Protocol.Process;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

public sealed class ProcessStartTests(AgentHost host) : IClassFixture<AgentHost>
{
    private const int Limit = 60_000;
    private readonly AgentClient _client = host.Client;

    public static TheoryData<bool> Forms => [true, false];

    [Theory(Timeout = Limit), MemberData(nameof(Forms))]
    public async Task BothStreamsAndTheExitCodeArrive(bool binary)
    {
        using ProcessRun run = await _client.StartAsync("echo out; echo err >&2; exit 3", binary ? MessageCodec.Binary : MessageCodec.Json);
        ProcessEvent.Types.EndEvent end = await run.ReadToEndAsync();
        Assert.Equal("out\n", run.StdoutText);
        Assert.Equal("err\n", run.StderrText);
        Assert.Equal(3, end.ExitCode);
        Assert.True(end.Exited);
        Assert.Equal("exit status 3", end.Status);
        Assert.Equal("exit status 3", end.Error);
    }

    [Fact(Timeout = Limit)]
    public async Task SuccessHasNoError()
    {
        using ProcessRun run = await _client.StartAsync("true");
        ProcessEvent.Types.EndEvent end = await run.ReadToEndAsync();
        Assert.Equal((0, true, "exit status 0", false), (end.ExitCode, end.Exited, end.Status, end.HasError));
    }

    [Theory(Timeout = Limit)]
    [InlineData(Signal.Sigkill, "signal: killed")]
    [InlineData(Signal.Sigterm, "signal: terminated")]
    public async Task SignalsEndTheProcess(Signal signal, string status)
    {
        using ProcessRun run = await _client.StartAsync("exec sleep 1000");
        await _client.SignalAsync(run.Pid, signal);
        ProcessEvent.Types.EndEvent end = await run.ReadToEndAsync();
        Assert.Equal((-1, false, status, status), (end.ExitCode, end.Exited, end.Status, end.Error));
    }

    [Fact(Timeout = Limit)]
    public async Task ACrashIsToldByItsSignal()
    {
        using ProcessRun run = await _client.StartAsync("ulimit -c 0; kill -SEGV $$");
        Assert.Equal("signal: segmentation fault", (await run.ReadToEndAsync()).Status);
    }

    [Theory(Timeout = Limit), MemberData(nameof(Forms))]
    public async Task MultiByteCharactersSurviveBeingSplit(bool binary)
    {
        using ProcessRun run = await _client.StartAsync(
            "for i in {1..40000}; do printf 'aé€😀'; done", binary ? MessageCodec.Binary : MessageCodec.Json);
        await run.ReadToEndAsync();
        Assert.Equal(string.Concat(Enumerable.Repeat("aé€😀", 40000)), run.StdoutText);
        Assert.InRange(run.LargestPiece, 1, 32 * 1024);
    }

    [Fact(Timeout = Limit)]
    public async Task TheEnvironmentIsTheUsersPlusTheRequests()
    {
        using ProcessRun run = await _client.StartAsync(
            "echo $HOME $USER $LOGNAME $FOO; env | wc -l", user: "daemon", change: r => r.Process.Envs.Add("FOO", "b a r"));
        await run.ReadToEndAsync();
        string[] lines = run.StdoutText.Split('\n');
        Assert.Equal("/usr/sbin daemon daemon b a r", lines[0]);

        // PATH, HOME, USER, LOGNAME, E2B_SANDBOX and FOO; PWD, SHLVL and _ are the shell's own. Nothing of the agent's.
        Assert.Equal("9", lines[1]);
    }

    [Theory(Timeout = Limit)]
    [InlineData("daemon", "1 1")]
    [InlineData("root", "0 0")]
    public async Task ItRunsAsTheUser(string user, string ids)
    {
        using ProcessRun run = await _client.StartAsync("id -u; id -g; grep -E '^(Uid|Gid):' /proc/self/status | tr -s '\\t ' ' '", user: user);
        await run.ReadToEndAsync();
        string[] id = ids.Split(' ');
        Assert.Equal(
            $"{id[0]}\n{id[1]}\nUid: {id[0]} {id[0]} {id[0]} {id[0]}\nGid: {id[1]} {id[1]} {id[1]} {id[1]}\n", run.StdoutText);
    }

    [Fact(Timeout = Limit)]
    public async Task AfterOtherUsersTheAgentIsStillRoot()
    {
        for (int i = 0; i < 20; i++)
        {
            using ProcessRun run = await _client.StartAsync("id -un", user: i % 2 == 0 ? "daemon" : "root");
            await run.ReadToEndAsync();
            Assert.Equal(i % 2 == 0 ? "daemon\n" : "root\n", run.StdoutText);
        }

        foreach (string task in Directory.EnumerateDirectories($"/proc/{host.Pid}/task"))
        {
            Assert.Contains("Uid:\t0\t0\t0\t0", await File.ReadAllTextAsync(task + "/status", AgentClient.Cancellation), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = Limit)]
    public async Task NothingOfTheAgentIsInherited()
    {
        using ProcessRun run = await _client.StartAsync("grep -E '^Sig(Ign|Blk)' /proc/self/status; echo /proc/self/fd/*");
        await run.ReadToEndAsync();
        Assert.Contains("SigBlk:\t0000000000000000", run.StdoutText, StringComparison.Ordinal);

        // The C library lets every program it spawns ignore 32 and 33, which are its own and no program's.
        Assert.Contains("SigIgn:\t0000000180000000", run.StdoutText, StringComparison.Ordinal);

        // The directory itself is open while the shell lists it.
        Assert.Contains("/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n", run.StdoutText, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task ACommandGetsNoGroupOfItsOwn()
    {
        using ProcessRun run = await _client.StartAsync("echo $(ps -o pgid= -p $$) $(ps -o pgid= -p $PPID)");
        await run.ReadToEndAsync();
        string[] groups = run.StdoutText.Trim().Split(' ');
        Assert.Equal(groups[1], groups[0]);
    }

    [Fact(Timeout = Limit)]
    public async Task RelativeDirectoriesStartAtHome()
    {
        using ProcessRun run = await _client.StartAsync("pwd", user: "daemon", change: r => r.Process.Cwd = "../lib");
        await run.ReadToEndAsync();
        Assert.Equal("/usr/lib\n", run.StdoutText);
    }

    [Fact(Timeout = Limit)]
    public async Task AMissingDirectoryIsAnError()
    {
        RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(() => _client.StartAsync("true", change: r => r.Process.Cwd = "/not/there"));
        Assert.Equal(ConnectCode.InvalidArgument, failure.Code);
        Assert.EndsWith("cwd '/not/there' does not exist", failure.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task AFileIsNoDirectoryToStartIn()
    {
        RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(() => _client.StartAsync("true", change: r => r.Process.Cwd = "/etc/passwd"));
        Assert.Equal(ConnectCode.InvalidArgument, failure.Code);
        Assert.Contains("not a directory", failure.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limit)]
    [InlineData("no-such-command", 127, "not found")]
    [InlineData("/no/such/command", 127, "not found")]
    [InlineData("/etc/passwd", 126, "ermission denied")]
    public async Task AMissingCommandEndsLikeInAShell(string command, int exitCode, string message)
    {
        using ProcessRun run = await _client.StartAsync(new StartRequest { Process = new ProcessConfig { Cmd = command } });
        Assert.Equal(exitCode, (await run.ReadToEndAsync()).ExitCode);
        Assert.Contains(message, run.StderrText, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task ACommandIsLookedForAlongThePathOfTheRequest()
    {
        string tool = host.NewPath("tool");
        Directory.CreateDirectory(Path.GetDirectoryName(tool)!);
        await File.WriteAllTextAsync(tool, "echo \"from a script without a first line: $1\"", AgentClient.Cancellation);
        AgentHost.LetEverybodyIn(tool);
        using ProcessRun run = await _client.StartAsync(new StartRequest
        {
            Process = new ProcessConfig { Cmd = "tool", Args = { "a b" }, Envs = { ["PATH"] = Path.GetDirectoryName(tool)! } },
        });
        await run.ReadToEndAsync();
        Assert.Equal("from a script without a first line: a b\n", run.StdoutText);
    }

    [Fact(Timeout = Limit)]
    public async Task AnUnknownUserIsRefused()
    {
        RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(() => _client.StartAsync("true", user: "nobody-knows"));
        Assert.Equal(ConnectCode.Unauthenticated, failure.Code);
    }

    [Fact(Timeout = Limit)]
    public async Task AZeroCharacterIsRefused()
    {
        RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(() => _client.StartAsync("echo a\0b"));
        Assert.Equal(ConnectCode.InvalidArgument, failure.Code);
    }

    [Fact(Timeout = Limit)]
    public async Task OrphansAreReaped()
    {
        using ProcessRun run = await _client.StartAsync("sleep 0.2 >/dev/null 2>&1 & echo $!");
        await run.ReadToEndAsync();
        string orphan = "/proc/" + run.StdoutText.Trim();
        await AgentHost.UntilAsync(() => !Directory.Exists(orphan), "the orphan is gone");
    }

    [Fact(Timeout = Limit)]
    public async Task ManyProcessesAtOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            using ProcessRun run = await _client.StartAsync($"seq {i} 2000; exit {i}");
            Assert.Equal(i, (await run.ReadToEndAsync()).ExitCode);
            Assert.EndsWith("\n1999\n2000\n", run.StdoutText, StringComparison.Ordinal);
        }));
    }
}
