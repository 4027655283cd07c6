using System.Diagnostics;
using E2B.LocalServer.Agent.Processes;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

/// <summary>Who goes first when memory runs out.</summary>
[Collection(Alone.Name)]
public sealed class OutOfMemoryScoreTests
{
    private static int Own => int.Parse(File.ReadAllText("/proc/self/oom_score_adj"), System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void A_program_has_its_score_from_its_first_moment_and_who_started_it_goes_back()
    {
        int own = Own;

        string program = new OutOfMemoryScore().AsProgram(static () =>
        {
            using Process process = Process.Start(new ProcessStartInfo("/bin/cat", ["/proc/self/oom_score_adj"]) { RedirectStandardOutput = true })!;
            return process.StandardOutput.ReadToEnd();
        });

        Assert.Equal($"{Math.Min(own + 100, 1000)}\n", program);
        Assert.Equal(own, Own);
    }

    [Fact]
    public void A_start_that_fails_leaves_nothing_behind()
    {
        int own = Own;

        Assert.Throws<InvalidOperationException>(() => new OutOfMemoryScore().AsProgram<int>(static () => throw new InvalidOperationException()));

        Assert.Equal(own, Own);
    }
}
