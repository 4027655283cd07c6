using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace E2B.LocalServer.Tests.Interpreter;

/// <summary>The code interpreter's service on the wire: statuses, events and their order.</summary>
public sealed class WireTests(InterpreterWorld world) : IClassFixture<InterpreterWorld>
{
    private readonly InterpreterClient _service = world.Service;

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Health_is_answered() =>
        Assert.Equal((HttpStatusCode.OK, "\"OK\""), await _service.SendAsync("GET", "/health"));

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task A_run_is_a_number_then_what_happens_then_its_end()
    {
        using InterpreterClient.Execution execution = await _service.BeginAsync(
            "import sys\nprint('to stdout')\nprint('to stderr', file=sys.stderr)\n'a ' + 'value'", context: await _service.NewContextAsync());
        Assert.Equal("application/x-ndjson", execution.ContentType);
        var events = new List<JsonObject>();
        while (await execution.NextAsync() is { } one)
        {
            events.Add(one);
        }

        Assert.Equal(["number_of_executions", "stdout", "stderr", "result", "end_of_execution"], events.Types().Where(type => type != "keepalive"));
        Assert.Equal(1, (int)events[0]["execution_count"]!);
        JsonObject stdout = events.First(one => (string)one["type"]! == "stdout");
        Assert.Equal("to stdout\n", (string)stdout["text"]!);
        var written = DateTimeOffset.Parse((string)stdout["timestamp"]!, CultureInfo.InvariantCulture);
        Assert.InRange(written, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1));
        JsonObject result = events.MainResult()!;
        Assert.True(JsonNode.DeepEquals(result, JsonNode.Parse("""{"type":"result","text":"a value","extra":{},"is_main_result":true}""")), result.ToJsonString());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Output_comes_while_the_code_runs()
    {
        using InterpreterClient.Execution execution = await _service.BeginAsync(
            "import os, time\nprint('first', flush=True)\nwhile not os.path.exists('/tmp/go'): time.sleep(0.01)\nprint('second')");
        Assert.Equal("first\n", (string)(await execution.UntilAsync("stdout"))["text"]!);
        await world.Sandbox.Commands.RunAsync("touch /tmp/go", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("second\n", (string)(await execution.UntilAsync("stdout"))["text"]!);
        await execution.UntilAsync("end_of_execution");
        Assert.Null(await execution.NextAsync());
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Silence_is_broken_by_signs_of_life()
    {
        using InterpreterClient.Execution execution = await _service.BeginAsync("import time\ntime.sleep(7)");
        await execution.UntilAsync("number_of_executions");
        await execution.UntilAsync("keepalive");
        await execution.UntilAsync("end_of_execution");
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task An_error_has_its_name_value_and_traceback()
    {
        IReadOnlyList<JsonObject> events = await _service.ExecuteAsync("def f():\n    return {}['missing']\nf()");
        Assert.Equal(["number_of_executions", "error", "end_of_execution"], events.Types());
        Assert.Equal(("KeyError", "'missing'"), events.Error());
        string traceback = (string)events[1]["traceback"]!;
        Assert.Contains("return {}['missing']", traceback, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", traceback, StringComparison.Ordinal);
    }

    [Theory(Timeout = InterpreterWorld.Limit)]
    [InlineData("POST", "/execute", """{"code":"1","context_id":"a","language":"python"}""", 400, "Only one of context_id or language can be provided")]
    [InlineData("POST", "/execute", """{"code":"1","context_id":"none"}""", 404, "Context none not found")]
    [InlineData("POST", "/execute", """{"code":"1","language":"klingon"}""", 500, "Failed to create context: No such kernel named klingon")]
    [InlineData("POST", "/contexts", """{"language":"klingon"}""", 500, "Failed to create context: No such kernel named klingon")]
    [InlineData("POST", "/contexts", """{"language":"r"}""", 500, "Failed to create context: R is not supported by")]
    [InlineData("POST", "/contexts", """{"cwd":"/nowhere"}""", 500, "Failed to set working directory")]
    [InlineData("DELETE", "/contexts/none", null, 404, "Context none not found")]
    [InlineData("POST", "/contexts/none/restart", "", 404, "Context none not found")]
    [InlineData("POST", "/execute", "{}", 422, "Field required")]
    [InlineData("POST", "/execute", """{"code":1}""", 422, "valid string")]
    [InlineData("POST", "/execute", """{"code":"1","env_vars":{"A":1}}""", 422, "valid string")]
    [InlineData("POST", "/execute", """{"code":""", 422, "json_invalid")]
    [InlineData("POST", "/execute", "[]", 422, "valid dictionary")]
    [InlineData("GET", "/nothing", null, 404, """{"detail": "Not Found"}""")]
    [InlineData("GET", "/execute", null, 405, """{"detail": "Method Not Allowed"}""")]
    public async Task What_cannot_be_is_refused(string method, string path, string? body, int status, string part)
    {
        (HttpStatusCode answered, string text) = await _service.SendAsync(method, path, body);
        Assert.Equal(status, (int)answered);
        Assert.Contains(part, text, StringComparison.Ordinal);
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task A_page_in_a_browser_cannot_send_code_by_a_form() =>
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _service.SendAsync("POST", "/execute", """{"code":"1"}""", "text/plain")).Status);

    [Theory(Timeout = InterpreterWorld.Limit)]
    [InlineData("http://page.example", HttpStatusCode.UnprocessableEntity), InlineData(null, HttpStatusCode.OK)]
    public async Task A_body_of_no_kind_is_taken_but_not_from_a_page_in_a_browser(string? origin, HttpStatusCode status) =>
        Assert.Equal(status, (await _service.SendAsync("POST", "/execute", """{"code":"1"}""", contentType: null, origin)).Status);

    [Theory(Timeout = InterpreterWorld.Limit)]
    [InlineData("text/plain", "http://page.example", HttpStatusCode.UnprocessableEntity)]
    [InlineData(null, "http://page.example", HttpStatusCode.UnprocessableEntity)]
    [InlineData(null, null, HttpStatusCode.OK)]
    public async Task A_page_in_a_browser_restarts_nothing(string? contentType, string? origin, HttpStatusCode status)
    {
        string context = await _service.NewContextAsync("bash");
        await _service.ExecuteAsync("kept=yes", context: context);

        Assert.Equal(status, (await _service.SendAsync("POST", $"/contexts/{context}/restart", "", contentType, origin)).Status);

        Assert.Equal(origin is null ? "no" : "yes", (await _service.ExecuteAsync("echo -n ${kept:-no}", context: context)).Output());
    }

    [Theory(Timeout = InterpreterWorld.Limit)]
    [InlineData("r", "R is not supported"), InlineData("java", "Java is not supported"), InlineData("R", "R is not supported")]
    public async Task Languages_of_the_cloud_that_are_not_here_say_so(string language, string message)
    {
        IReadOnlyList<JsonObject> events = await _service.ExecuteAsync("1", language);
        Assert.Equal(["error", "end_of_execution"], events.Types());
        Assert.Equal("LanguageNotAvailable", events.Error()!.Value.Name);
        Assert.StartsWith(message, events.Error()!.Value.Value, StringComparison.Ordinal);
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task Contexts_are_made_listed_and_removed()
    {
        string id = await _service.NewContextAsync("python", "/tmp");
        JsonArray contexts = JsonNode.Parse((await _service.SendAsync("GET", "/contexts")).Text)!.AsArray();
        Assert.True(JsonNode.DeepEquals(contexts[^1], new JsonObject { ["id"] = id, ["language"] = "python", ["cwd"] = "/tmp" }));
        Assert.Contains(contexts, one => (string)one!["language"]! == "javascript" && (string)one["cwd"]! == "/home/user");
        Assert.Equal("/tmp", (await _service.ExecuteAsync("import os; os.getcwd()", context: id)).Value());

        Assert.Equal((HttpStatusCode.OK, "null"), await _service.SendAsync("DELETE", $"/contexts/{id}"));
        Assert.DoesNotContain(id, (await _service.SendAsync("GET", "/contexts")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _service.SendAsync("POST", "/execute", $$"""{"code":"1","context_id":"{{id}}"}""")).Status);
    }

    [Fact(Timeout = InterpreterWorld.Limit)]
    public async Task A_result_of_50_MB_comes_whole()
    {
        const int Size = 50_000_000;
        IReadOnlyList<JsonObject> events = await _service.ExecuteAsync($"'x' * {Size}", context: await _service.NewContextAsync());
        string value = events.Value()!;
        Assert.Equal(Size, value.Length);
        Assert.Equal(-1, value.AsSpan().IndexOfAnyExcept('x'));
        Assert.Equal("end_of_execution", events.Types().Last());
    }
}
