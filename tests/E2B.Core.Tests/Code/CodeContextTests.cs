using System.Text.Json;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests.Code;

public class CodeContextTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_context_is_made_with_what_was_asked_and_nothing_else()
    {
        var handler = new FakeHandler(_ => Answers.Json("""{"id":"c1","language":"python","cwd":"/tmp"}"""));
        Sandbox sandbox = Client.Sandbox(handler);

        CodeContext context = await sandbox.Code.CreateContextAsync(new CodeContextOptions { Language = "python", WorkingDirectory = "/tmp" }, Token);
        await sandbox.Code.CreateContextAsync(cancellationToken: Token);

        Assert.Equal(("c1", "python", "/tmp", "sbx1"), (context.Id, context.Language, context.WorkingDirectory, context.SandboxId));
        SentRequest[] sent = [.. handler.Requests];
        Assert.Equal("https://49999-sbx1.e2b.app/contexts", sent[0].Uri.AbsoluteUri);
        Assert.DoesNotContain("X-Access-Token", sent[0].Headers.Keys);
        using JsonDocument body = JsonDocument.Parse(sent[0].Body);
        Assert.Equal(("python", "/tmp"), (body.RootElement.GetProperty("language").GetString(), body.RootElement.GetProperty("cwd").GetString()));
        Assert.Equal("{}", sent[1].Text);
    }

    [Fact]
    public async Task Contexts_are_listed_removed_and_restarted_by_id()
    {
        var handler = new FakeHandler(request => request.Method == HttpMethod.Get
            ? Answers.Json("""[{"id":"c1","language":"python","cwd":"/home/user"},{"id":"c/2","language":"r","cwd":"/"}]""")
            : request.PathAndQuery.Contains("gone", StringComparison.Ordinal) ? Answers.Text(404, "Context gone not found") : Answers.Json("null"));
        CodeClient code = Client.Sandbox(handler).Code;

        Assert.Equal(["c1", "c/2"], (await code.ListContextsAsync(Token)).Select(static context => context.Id));
        Assert.True(await code.RemoveContextAsync("c/2", Token));
        await code.RestartContextAsync("c1", Token);

        Assert.Equal(
            ["GET /contexts", "DELETE /contexts/c%2F2", "POST /contexts/c1/restart"],
            handler.Requests.Select(static request => $"{request.Method} {request.PathAndQuery}"));
        Assert.False(await code.RemoveContextAsync("gone", Token));
        await Assert.ThrowsAsync<CodeContextNotFoundException>(() => code.RestartContextAsync("gone", Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => code.RestartContextAsync(" ", Token));
    }

    [Fact]
    public async Task A_context_that_could_not_be_made_says_why()
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Text(500, "Failed to create context: no such kernel")));

        E2BException error = await Assert.ThrowsAsync<E2BException>(() => sandbox.Code.CreateContextAsync(cancellationToken: Token));

        Assert.Contains("no such kernel", error.Message, StringComparison.Ordinal);
    }
}
