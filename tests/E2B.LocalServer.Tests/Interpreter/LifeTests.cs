using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace E2B.LocalServer.Tests.Interpreter;

/// <summary>Kernels that are interrupted, restarted, killed; clients that go away.</summary>
[Collection(Alone.Name)]
public sealed class LifeTests(InterpreterWorld world, ITestOutputHelper output) : IClassFixture<InterpreterWorld>
{
    private readonly InterpreterClient _service = world.Service;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = InterpreterWorld.Limit)]
    [InlineData("python", "kept = 'still here'", "print('in it', flush=True)\nwhile True: pass", "kept")]
    [InlineData("javascript", "const kept = 'still here'", "console.log('in it'); while (true) {}", "kept")]
    [InlineData("javascript", "var kept = 'still here'", "console.log('in it'); await new Promise(() => {})", "kept")]
    [InlineData("javascript", "var kept = 'still here'", "await 0; console.log('in it'); while (true) {}", "kept")]
    [InlineData("javascript", "var kept = 'still here'", "console.log('in it'); for (;;) await null", "kept")]
    [InlineData("javascript", "var kept = 'still here'", "setTimeout(() => { console.log('in it'); while (true) {} }); await new Promise(() => {})", "kept")]
    [InlineData("javascript", "var kept = 'still here'", "for (;;) console.log('in it')", "kept")]
    [InlineData("javascript", "var kept = 'still here'", "console.log('in it'); require('child_process').execSync('sleep 600')", "kept")]
    [InlineData("typescript", "var kept: string = 'still here'", "await 0; console.log('in it'); while (true) {}", "kept")]
    [InlineData("python", "kept = 'still here'", "import asyncio\nprint('in it', flush=True)\nawait asyncio.sleep(600)", "kept")]
    [InlineData("python", "kept = 'still here'", "import subprocess\nprint('in it', flush=True)\nsubprocess.run(['sleep', '600'])", "kept")]
    [InlineData("bash", "kept='still here'", "echo in it; while :; do :; done", "echo -n $kept")]
    [InlineData("bash", "kept='still here'", "echo in it; while :; do sleep 60; done", "echo -n $kept")]
    public async Task Who_goes_away_interrupts_the_code_and_the_state_stays(string language, string before, string loop, string after)
    {
        string context = await _service.NewContextAsync(language);
        await _service.ExecuteAsync(before, context: context);

        // The best of three: what else this machine does is no matter of the interrupt.
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < 3; i++)
        {
            InterpreterClient.Execution execution = await _service.BeginAsync(loop, context: context);
            await execution.UntilAsync("stdout");
            var watch = Stopwatch.StartNew();
            execution.Dispose();
            IReadOnlyList<JsonObject> events = await _service.ExecuteAsync(after, context: context);
            best = watch.Elapsed < best ? watch.Elapsed : best;
            Assert.Equal("still here", events.Value() ?? events.Output());
        }

        output.WriteLine($"{language}: free again after {best.TotalMilliseconds:f0} ms");
        Assert.True(best < TimeSpan.FromSeconds(1), $"free again after {best}");
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task JavaScript_that_is_interrupted_again_and_again_goes_on_working()
    {
        string context = await _service.NewContextAsync("javascript");
        await _service.ExecuteAsync("var kept = 0", context: context);
        for (int i = 1; i <= 20; i++)
        {
            // Wherever it is at the moment: in its own code, in Node.js, or between.
            using (InterpreterClient.Execution execution = await _service.BeginAsync(
                "process.nextTick(() => console.log('in it')); for (;;) { await null; await new Promise(setImmediate) }", context: context))
            {
                await execution.UntilAsync("stdout");
            }

            Assert.Equal($"{i}", (await _service.ExecuteAsync("++kept", context: context)).Value());
        }

        // The variables of one run are gone, though it was cut off, and what waited in it ends nobody else's run.
        using (InterpreterClient.Execution execution = await _service.BeginAsync(
            "console.log('in it'); await new Promise((done) => { globalThis.release = done })", context: context, variables: new() { ["PASSING"] = "1" }))
        {
            await execution.UntilAsync("stdout");
        }

        Assert.Equal("undefined later", (await _service.ExecuteAsync(
            "release(); await new Promise((done) => setTimeout(done, 50)); `${process.env.PASSING} later`", context: context)).Value());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Code_whose_client_went_away_before_its_turn_never_runs()
    {
        string context = await _service.NewContextAsync();
        using InterpreterClient.Execution first = await _service.BeginAsync(
            "import os, time\nprint('in it', flush=True)\nwhile not os.path.exists('/tmp/turn'): time.sleep(0.01)", context: context);
        await first.UntilAsync("stdout");
        (await _service.BeginAsync("open('/tmp/never', 'w')", context: context)).Dispose();
        InterpreterClient.Execution third = await _service.BeginAsync("os.path.exists('/tmp/never')", context: context);
        await world.Sandbox.Commands.RunAsync("touch /tmp/turn", cancellationToken: Token);
        await first.UntilAsync("end_of_execution");
        Assert.Equal("False", (string)(await third.UntilAsync("result"))["text"]!);
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Code_that_ignores_one_interrupt_gets_another()
    {
        string context = await _service.NewContextAsync();
        InterpreterClient.Execution execution = await _service.BeginAsync(
            "ignored = 0\nwhile True:\n  try:\n    print('in it', flush=True)\n    while True: pass\n  except KeyboardInterrupt:\n    ignored += 1\n    if ignored == 2: break", context: context);
        await execution.UntilAsync("stdout");
        execution.Dispose();
        Assert.Equal("2", (await _service.ExecuteAsync("ignored", context: context)).Value());
    }

    [Theory(Timeout = InterpreterWorld.Limit)]
    [InlineData("python", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL")]
    [InlineData("python", "import os; os._exit(3)", "exit code 3")]
    [InlineData("javascript", "process.exit(4)", "exit code 4")]
    [InlineData("bash", "exit 5", "exit code 5")]
    public async Task A_kernel_that_dies_is_told_of_and_started_anew(string language, string death, string how)
    {
        string context = await _service.NewContextAsync(language);
        IReadOnlyList<JsonObject> events = await _service.ExecuteAsync(death, context: context);
        Assert.Equal(("ContextRestarting", "Context was restarted"), events.Error());
        Assert.Contains(how, (string)events.Single(one => (string)one["type"]! == "error")["traceback"]!, StringComparison.Ordinal);
        Assert.Equal("end_of_execution", events.Types().Last());

        IReadOnlyList<JsonObject> next = await _service.ExecuteAsync(language == "bash" ? "echo -n 42" : "6 * 7", context: context);
        Assert.Equal("42", next.Value() ?? next.Output());
        Assert.Equal(1, (int)next[0]["execution_count"]!);
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task A_restart_ends_what_runs_and_forgets_what_was()
    {
        string context = await _service.NewContextAsync("python", "/tmp");
        await _service.ExecuteAsync("x = 1", context: context);
        using InterpreterClient.Execution running = await _service.BeginAsync("print('in it', flush=True)\nwhile True: pass", context: context);
        await running.UntilAsync("stdout");

        Assert.Equal((HttpStatusCode.OK, "null"), await _service.SendAsync("POST", $"/contexts/{context}/restart", ""));

        Assert.Equal("UnexpectedEndOfExecution", (string)(await running.UntilAsync("error"))["name"]!);
        await running.UntilAsync("end_of_execution");
        Assert.Equal(("NameError", "name 'x' is not defined"), (await _service.ExecuteAsync("x", context: context)).Error());
        Assert.Equal("/tmp", (await _service.ExecuteAsync("import os; os.getcwd()", context: context)).Value());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task The_service_comes_back_when_it_is_killed_and_is_nobody_elses_process()
    {
        (E2B.Sandbox sandbox, InterpreterClient service) = await world.NewAsync();
        using (service)
        {
            Assert.Empty(await sandbox.Commands.ListAsync(Token));
            await service.ExecuteAsync("x = 1");
            await sandbox.Commands.RunAsync("kill -9 $(pgrep -f Interpreter/main.py)", new CommandOptions { User = "root" }, Token);

            string? value = null;
            while (value is null)
            {
                try
                {
                    value = (await service.ExecuteAsync("import os; (os.environ['SHARED'], 'x' in globals())")).Value();
                }
                catch (Exception e) when (e is HttpRequestException or IOException or Xunit.Sdk.EqualException)
                {
                    await Task.Delay(50, Token);
                }
            }

            Assert.Equal("""('of the "sandbox"', False)""", value);

            // Its kernels went with it: there is one for Python, not two.
            string kernels = (await sandbox.Commands.RunAsync("pgrep -fc ipython_kernel.py", new CommandOptions { User = "root" }, Token)).StandardOutput;
            Assert.Equal("1", kernels.Trim());
            await sandbox.KillAsync(Token);
        }
    }
}
