using System.Text;
using E2B.Core.Tests.Fakes;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;

namespace E2B.Core.Tests.Git;

/// <summary>Where a credential is on the wire: in a stream of input and nowhere else.</summary>
public class CredentialWireTests
{
    private const string Secret = "s3cr3t-t0ken";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_goes_as_a_stream_of_input_alone_since_the_daemon_logs_other_calls()
    {
        FakeHandler handler = Routes.Of(
            ("/Start", Routes.Stream(Frames.Start(7), Frames.StdErr($"fatal: {Secret} http://x:{Secret}@h/"), Frames.Exit(128), Frames.Done())),
            ("/StreamInput", _ => InputTaken()));

        GitException error = await Assert.ThrowsAnyAsync<GitException>(() => Client.Sandbox(handler).Git.CloneAsync(
            "https://host:1/r.git", new GitCloneOptions { Credential = new GitCredential("me", Secret) }, Token));

        Assert.Equal(["/process.Process/Start", "/process.Process/StreamInput"], handler.Requests.Select(r => r.PathAndQuery));
        Assert.DoesNotContain(Secret, Encoding.UTF8.GetString(handler.Requests.First().Body));
        Assert.Contains($"me\n{Secret}\n", Encoding.UTF8.GetString(handler.Requests.Last().Body));
        Assert.DoesNotContain(Secret, error.ToString() + error.GitMessage + error.Result.StandardError);
        ProcessConfig start = Frames.Request<StartRequest>(handler.Requests.First().Body).Process;
        Assert.Equal(["clone", "--", "https://host:1/r.git", "r"], start.Args.TakeLast(4));
        Assert.Contains(start.Args, a => a.StartsWith("credential.https://host:1.helper=!", StringComparison.Ordinal));
        Assert.Contains("credential.https://host:1.helper=", start.Args);
        Assert.Equal(("0", "C", "1"), (start.Envs["GIT_TERMINAL_PROMPT"], start.Envs["LC_ALL"], start.Envs["GIT_TRACE_REDACT"]));
    }

    [Fact]
    public async Task Without_one_git_is_started_itself_and_the_caller_cannot_make_it_prompt()
    {
        FakeHandler handler = Routes.Of(("/Start", Routes.Stream(Frames.Start(7), Frames.StdOut("# branch.head main\0"), Frames.Exit(), Frames.Done())));

        GitStatus status = await Client.Sandbox(handler).Git.StatusAsync(
            "-r", new GitStatusOptions { Environment = new Dictionary<string, string> { ["GIT_TERMINAL_PROMPT"] = "1", ["LC_ALL"] = "de", ["GIT_EDITOR"] = "ed" } }, Token);

        Assert.Equal("main", status.Branch);
        ProcessConfig start = Frames.Request<StartRequest>(handler.Requests.Single().Body).Process;
        Assert.Equal(("git", "-C", "-r", "status"), (start.Cmd, start.Args[0], start.Args[1], start.Args[2]));
        Assert.Equal(("0", "C", "ed", "0"), (start.Envs["GIT_TERMINAL_PROMPT"], start.Envs["LC_ALL"], start.Envs["GIT_EDITOR"], start.Envs["GIT_OPTIONAL_LOCKS"]));
    }

    private static HttpResponseMessage InputTaken()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        Envelope.Write(buffer, MessageCodec.Binary, new StreamInputResponse());
        new StreamEnd(null).WriteTo(buffer);
        return Answers.Stream(ScriptedStream.Of(buffer.WrittenSpan.ToArray()));
    }
}
