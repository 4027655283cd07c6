using System.Text.Json.Nodes;
using Xunit;

namespace E2B.LocalServer.Tests.Interpreter;

/// <summary>What each language does with state, variables, output and values.</summary>
public sealed class LanguageTests(InterpreterWorld world) : IClassFixture<InterpreterWorld>
{
    private readonly InterpreterClient _service = world.Service;

    [Theory(Timeout = InterpreterWorld.Limit)]
    [InlineData("python", "import os; print([os.environ.get(n) for n in ('SHARED', 'PASSING', 'OWN')])", "import os; os.environ['OWN'] = 'mine'")]
    [InlineData("javascript", "console.log(['SHARED', 'PASSING', 'OWN'].map((n) => process.env[n]))", "process.env.OWN = 'mine'")]
    [InlineData("bash", "printf '%s|' \"$SHARED\" \"$PASSING\" \"$OWN\"", "export OWN=mine")]
    public async Task Variables_of_one_run_pass_with_it(string language, string show, string setOwn)
    {
        const string Awkward = "it's \"quoted\"\nand $HOME \\ too";
        string context = await _service.NewContextAsync(language);
        await _service.ExecuteAsync(setOwn, context: context);
        string before = (await _service.ExecuteAsync(show, context: context)).Output();

        IReadOnlyList<JsonObject> during = await _service.ExecuteAsync(
            show, context: context, variables: new() { ["PASSING"] = Awkward, ["OWN"] = "other", ["SHARED"] = "for now" });

        Assert.Equal(["number_of_executions", "stdout", "end_of_execution"], during.Types().Distinct()); // bash writes line by line
        Assert.Contains("of the ", before, StringComparison.Ordinal);
        Assert.Contains("mine", before, StringComparison.Ordinal);
        Assert.Contains("for now", during.Output(), StringComparison.Ordinal);
        Assert.Contains("other", during.Output(), StringComparison.Ordinal);
        Assert.Equal(before, (await _service.ExecuteAsync(show, context: context)).Output());
        string exact = language switch
        {
            "python" => "os.environ['PASSING']",
            "javascript" => "console.log(process.env.PASSING)",
            _ => "printf '%s\\n' \"$PASSING\"",
        };
        string code = language == "python" ? $"print({exact})" : exact;
        Assert.Equal(Awkward + "\n", (await _service.ExecuteAsync(code, context: context, variables: new() { ["PASSING"] = Awkward })).Output());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Python_runs_as_root_in_the_home_of_the_user() =>
        Assert.Equal("(0, '/home/user')", (await _service.ExecuteAsync("import os; (os.getuid(), os.getcwd())")).Value());

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Python_shows_what_threads_and_other_programs_write()
    {
        string text = (await _service.ExecuteAsync(
            "import subprocess, threading\nthreads = [threading.Thread(target=lambda i=i: print(f'thread {i}\\n', end='')) for i in range(20)]\n"
            + "[t.start() for t in threads]; [t.join() for t in threads]\nprint(subprocess.run(['echo', 'program']).returncode)")).Output();
        Assert.Equal([.. Enumerable.Range(0, 20).Select(i => $"thread {i}").Order(StringComparer.Ordinal)],
            text.Split('\n').Where(line => line.StartsWith("thread", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("program\n", text, StringComparison.Ordinal);
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Python_keeps_the_order_and_drops_nothing()
    {
        IReadOnlyList<JsonObject> events = await _service.ExecuteAsync("from IPython.display import display\nfor i in range(3000): print(i); display(i)");
        Assert.Equal(3000, events.Count(one => (string)one["type"]! == "result"));
        string all = string.Concat(events.Select(one => (string)one["type"]! switch { "stdout" => (string)one["text"]!, "result" => $"{one["text"]}\n", _ => null }));
        Assert.Equal(string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i}\n{i}\n")), all);
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Python_gives_every_representation_and_the_unknown_ones_as_extra()
    {
        JsonObject result = (await _service.ExecuteAsync(
            "from IPython.display import display\ndisplay({'text/plain': 't', 'text/html': '<b>', 'text/markdown': '*m*', 'image/svg+xml': '<svg/>', 'image/png': 'cA==', 'image/jpeg': 'ag==', "
            + "'application/pdf': 'cGRm', 'text/latex': '$x$', 'application/json': {'a': [1]}, 'application/javascript': 'js', 'application/x-unknown': {'b': 2}}, raw=True)"))[1];
        Assert.True(
            JsonNode.DeepEquals(result, JsonNode.Parse("""
                {"type":"result","text":"t","html":"<b>","markdown":"*m*","svg":"<svg/>","png":"cA==","jpeg":"ag==","pdf":"cGRm","latex":"$x$","json":{"a":[1]},
                 "javascript":"js","extra":{"application/x-unknown":{"b":2}},"is_main_result":false}
                """)),
            result.ToJsonString());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Python_gives_lists_as_JSON_where_JSON_has_a_form_for_them()
    {
        JsonObject result = (await _service.ExecuteAsync("import datetime\n{'a': [1, None, True, float('nan')], 2: datetime.date(2024, 2, 3), 'nested': {'x': (1,)}}")).MainResult()!;
        Assert.True(JsonNode.DeepEquals(result["json"], JsonNode.Parse("""{"a":[1,null,true,null],"2":"2024-02-03","nested":{"x":[1]}}""")), result.ToJsonString());
        Assert.False((await _service.ExecuteAsync("[object(), 2 ** 70]")).MainResult()!.ContainsKey("json"));
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Python_does_not_wait_for_somebody_to_type() =>
        Assert.Equal("StdinNotImplementedError", (await _service.ExecuteAsync("input()")).Error()!.Value.Name);

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Bash_keeps_variables_functions_and_the_directory()
    {
        string context = await _service.NewContextAsync("bash");
        await _service.ExecuteAsync("cd /tmp\nx=5\nf() { echo \"f of $1\"; }", context: context);
        Assert.Equal("/tmp 5 f of a\n", (await _service.ExecuteAsync("echo $PWD $x $(f a)", context: context)).Output());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Bash_has_its_two_streams_and_its_exit_code()
    {
        IReadOnlyList<JsonObject> events = await _service.ExecuteAsync("echo out; echo err >&2; (exit 7)", "bash");
        Assert.Equal(("out\n", "err\n", ("", "7")), (events.Output(), events.Output("stderr"), events.Error()));
        Assert.Equal("end_of_execution", events.Types().Last());

        events = await _service.ExecuteAsync("if then", "bash");
        Assert.Contains("syntax error", events.Output("stderr"), StringComparison.Ordinal);
        Assert.Equal(("", "2"), events.Error());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Characters_are_whole_however_they_are_written()
    {
        Assert.Equal("né€😀|\ufffd", (await _service.ExecuteAsync(
            "for b in n '\\xc3' '\\xa9' '\\xe2\\x82' '\\xac' '\\xf0' '\\x9f' '\\x98\\x80' '|' '\\xff'; do printf \"$b\"; sleep 0.02; done", "bash")).Output());
        Assert.Equal("né😀\n", (await _service.ExecuteAsync(
            "for (const b of [[0x6e, 0xc3], [0xa9, 0xf0], [0x9f, 0x98], [0x80, 0x0a]]) process.stdout.write(Buffer.from(b))", "javascript")).Output());
        Assert.Equal("né😀\n", (await _service.ExecuteAsync("print('né😀')")).Output());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Code_in_bash_is_taken_as_it_is()
    {
        const string Text = "'single' \"double\" `back` $x \\n !bang \t tab é 😀";
        Assert.Equal(Text + "\n", (await _service.ExecuteAsync($"cat <<'END'\n{Text}\nEND", "bash")).Output());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task JavaScript_keeps_its_declarations_and_waits_for_promises()
    {
        string context = await _service.NewContextAsync("javascript");
        await _service.ExecuteAsync("const a = 1; let b = await Promise.resolve(2); class C { m() { return a + b } }; function f() { return new C().m() }", context: context);
        Assert.Equal("3", (await _service.ExecuteAsync("f()", context: context)).Value());
        Assert.Equal("later", (await _service.ExecuteAsync("new Promise((resolve) => setTimeout(() => resolve('later'), 20))", context: context)).Value());
        Assert.Equal("{ x: [ 1, 2 ] }", (await _service.ExecuteAsync("({ x: [1, 2] })", context: context)).Value());
        Assert.DoesNotContain("result", (await _service.ExecuteAsync("undefined", context: context)).Types());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task JavaScript_imports_modules()
    {
        string context = await _service.NewContextAsync("javascript");
        IReadOnlyList<JsonObject> events = await _service.ExecuteAsync(
            "  import { readFileSync, existsSync as exists } from 'fs'\nimport path from \"node:path\"; import * as os from 'os'\nimport 'node:url'\nconsole.log(typeof readFileSync, typeof exists, typeof path.join, typeof os.cpus)",
            context: context);
        Assert.Equal("function function function function\n", events.Output());
        Assert.Equal("function", (await _service.ExecuteAsync("typeof readFileSync", context: context)).Value());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task JavaScript_tells_what_is_wrong()
    {
        Assert.Equal(("TypeError", "bad"), (await _service.ExecuteAsync("throw new TypeError('bad')", "js")).Error());
        Assert.Equal(("RangeError", "late"), (await _service.ExecuteAsync("await 1; throw new RangeError('late')", "js")).Error());
        Assert.Equal("SyntaxError", (await _service.ExecuteAsync("const x = {", "js")).Error()!.Value.Name);
        Assert.Equal(("number", "7"), (await _service.ExecuteAsync("throw 7", "js")).Error());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task JavaScript_shows_values_by_the_representations_they_have()
    {
        IReadOnlyList<JsonObject> events = await _service.ExecuteAsync(
            "await display({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>', 'x/y': 1 }) }); console.error('on stderr'); [1]", "js");
        Assert.Equal(["number_of_executions", "result", "stderr", "result", "end_of_execution"], events.Types());
        Assert.True(JsonNode.DeepEquals(events[1], JsonNode.Parse("""{"type":"result","html":"<b>","extra":{"x/y":1},"is_main_result":false}""")), events[1].ToJsonString());
        Assert.Equal("[ 1 ]", events.Value());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task TypeScript_runs_without_its_types()
    {
        string context = await _service.NewContextAsync("typescript");
        IReadOnlyList<JsonObject> events = await _service.ExecuteAsync(
            "import { basename } from 'path'\ninterface Named { name: string }\nconst one: Named = { name: 'typed' }\nenum Size { Small = 3 }\nconsole.log(one.name, Size.Small, basename('/a/b'))", context: context);
        Assert.Null(events.Error());
        Assert.Equal("typed 3 b\n", events.Output());
        Assert.Equal("typed", (await _service.ExecuteAsync("one.name as string", context: context)).Value());
    }
}
