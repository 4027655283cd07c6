using System.Diagnostics;
using E2B.Commands;
using E2B.Core.Tests.Fakes;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;

namespace E2B.Core.Tests;

public class StopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_tree_is_killed_by_a_script_as_root_and_the_daemon_is_told()
    {
        FakeHandler handler = Routes.Of(
            ("/Start", Routes.Stream(Frames.Start(90), Frames.StdOut("sent 7 8"), Frames.StdOut(" 9\nrefused 10\n"), Frames.Exit(), Frames.Done())),
            ("/SendSignal", _ => Answers.Proto(new SendSignalResponse())));

        StopResult result = await Client.Sandbox(handler).Commands.StopAsync(7, cancellationToken: Token);

        Assert.Equal((7, true, true), (result.Pid, result.WasRunning, result.IsTree));
        Assert.Equal([7, 8, 9], result.Signalled);
        Assert.Equal([10], result.Refused);
        ProcessConfig script = Frames.Request<StartRequest>(handler.Requests.First().Body).Process;
        Assert.Equal(("/bin/sh", "7", "KILL"), (script.Cmd, script.Args[^2], script.Args[^1]));
        Assert.Equal("Basic cm9vdDo=", handler.Requests.First().Headers["Authorization"]);
        Assert.Equal(["/process.Process/Start", "/process.Process/SendSignal"], handler.Requests.Select(r => r.PathAndQuery));
    }

    [Fact]
    public async Task Without_root_the_default_user_does_it()
    {
        FakeHandler handler = Routes.Of(
            ("/Start", request => request.Headers.ContainsKey("Authorization")
                ? Answers.Stream(ScriptedStream.Of(Frames.Error(ConnectCode.Unauthenticated, "invalid username: 'root'")))
                : Routes.Stream(Frames.Start(90), Frames.StdOut("sent 7\nrefused\n"), Frames.Exit(), Frames.Done())(request)),
            ("/SendSignal", _ => Answers.Proto(new SendSignalResponse())));

        StopResult result = await Client.Sandbox(handler).Commands.StopAsync(7, cancellationToken: Token);

        Assert.Equal([7], result.Signalled);
        Assert.True(result.IsTree);
    }

    [Theory]
    [InlineData("no shell", true)]
    [InlineData("no start", true)]
    [InlineData("no shell", false)]
    public async Task Without_a_shell_the_process_alone_is_signalled_and_the_result_says_so(string how, bool isThere)
    {
        FakeHandler handler = Routes.Of(
            ("/Start", how == "no shell"
                ? Routes.Stream(Frames.Start(90), Frames.StdErr("not found"), Frames.Exit(127), Frames.Done())
                : _ => Answers.Error(500)),
            ("/SendSignal", _ => isThere
                ? Answers.Proto(new SendSignalResponse())
                : Answers.Text(404, """{"code":"not_found","message":"x"}""", "application/json")));

        StopResult result = await Client.Sandbox(handler).Commands.StopAsync(7, cancellationToken: Token);

        Assert.Equal((isThere, false), (result.WasRunning, result.IsTree));
        Assert.Equal(isThere ? [7] : [], result.Signalled);
    }

    [Fact]
    public async Task The_process_alone_takes_one_call()
    {
        FakeHandler handler = Routes.Of(("/SendSignal", _ => Answers.Proto(new SendSignalResponse())));

        await Client.Sandbox(handler).Commands.StopAsync(7, new StopOptions { Tree = false, Signal = StopSignal.Term }, Token);

        Assert.Equal(Signal.Sigterm, SendSignalRequest.Parser.ParseFrom(handler.Only.Body).Signal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_SIGTERM_those_that_are_left_are_killed_when_the_grace_is_over(bool theyEnd)
    {
        var body = new ScriptedStream(Frames.Start(90), Frames.StdOut("sent 7 8\nrefused\n"));
        var words = new List<string>();
        var handler = Routes.Of(
            ("/Start", _ => Answers.Stream(body)),
            ("/SendInput", request =>
            {
                string word = SendInputRequest.Parser.ParseFrom(request.Body).Input.Stdin.ToStringUtf8();
                words.Add(word);
                if (word == "kill\n")
                {
                    body.Send(Frames.StdOut("left 1\nkilled 8\nrefused\n"), Frames.Exit(), Frames.Done());
                }
                else if (theyEnd && words.Count == 3)
                {
                    body.Send(Frames.StdOut("left 0\n"), Frames.Exit(), Frames.Done());
                }
                else
                {
                    body.Send(Frames.StdOut("left 1\n"));
                }

                return Answers.Proto(new SendInputResponse());
            }),
            ("/List", _ => Answers.Proto(new ListResponse())),
            ("/SendSignal", _ => Answers.Proto(new SendSignalResponse())));
        var options = new StopOptions { Signal = StopSignal.Term, Grace = theyEnd ? TimeSpan.FromMinutes(5) : TimeSpan.FromMilliseconds(60) };

        StopResult result = await Client.Sandbox(handler).Commands.StopAsync(7, options, Token);

        Assert.Equal([7, 8], result.Signalled);
        Assert.Equal(theyEnd ? [] : [8], result.Killed);
        Assert.Equal(theyEnd ? "look\n" : "kill\n", words[^1]);
    }

    [Fact]
    public async Task A_passed_limit_stops_the_tree_and_is_the_reason()
    {
        var body = new ScriptedStream(Frames.Start(7));
        FakeHandler handler = Routes.Of(
            ("/Start", request => Frames.Request<StartRequest>(request.Body).Process.Cmd == "/bin/sh"
                ? Routes.Stream(Frames.Start(90), Frames.StdOut("sent 7 8\nrefused\n"), Frames.Exit(), Frames.Done())(request)
                : Answers.Stream(body)),
            ("/SendSignal", _ =>
            {
                body.Send(Frames.Killed(), Frames.Done());
                return Answers.Proto(new SendSignalResponse());
            }));
        TimeSpan limit = TimeSpan.FromMilliseconds(50);

        var error = await Assert.ThrowsAsync<E2BTimeoutException>(
            () => Client.Sandbox(handler).Commands.RunAsync("x", new CommandOptions { Timeout = limit }, Token));

        Assert.Equal((E2BTimeoutKind.Command, limit), (error.Kind, error.Limit));
        Assert.Contains("Raise Timeout", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, handler.Requests.Count(r => r.PathAndQuery.EndsWith("/Start", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public async Task The_script_itself_takes_the_whole_tree(string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The script is for Linux.");

        // A leader with children and grandchildren, one of which ignores SIGTERM and one of which forks all the time.
        using Process leader = Shell("-c", "(trap '' TERM; while :; do sleep 1000; done) & (while :; do (sleep 0.01); done) & echo ready; wait; sleep 1000");
        Assert.Equal("ready", await leader.StandardOutput.ReadLineAsync(Token));

        using Process script = Shell("-c", TreeStopScript.Text, "stop", $"{leader.Id}", signal);
        string? sent = await script.StandardOutput.ReadLineAsync(Token);
        Assert.StartsWith($"sent {leader.Id} ", sent, StringComparison.Ordinal);
        Assert.Equal("refused", await script.StandardOutput.ReadLineAsync(Token));
        if (signal == "TERM")
        {
            await script.StandardInput.WriteAsync(TreeStopScript.Look);
            Assert.StartsWith("left ", await script.StandardOutput.ReadLineAsync(Token), StringComparison.Ordinal);
            await script.StandardInput.WriteAsync(TreeStopScript.Kill);
        }

        sent += await script.StandardOutput.ReadToEndAsync(Token);
        await script.WaitForExitAsync(Token);
        await leader.WaitForExitAsync(Token);

        // Nobody holds the leader's output any more: all of the tree has ended.
        await leader.StandardOutput.ReadToEndAsync(Token).WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.True(sent.Split(' ').Length >= 4, sent);
    }

    [Fact]
    public async Task The_script_leaves_alone_what_is_no_child_of_the_daemon()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The script is for Linux.");
        using Process script = Shell("-c", TreeStopScript.Text, "stop", "1", "KILL");

        Assert.Equal("gone\n", await script.StandardOutput.ReadToEndAsync(Token));
    }

    private static Process Shell(params string[] arguments) => Process.Start(new ProcessStartInfo("/bin/sh", arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
}
