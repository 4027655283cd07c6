using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests.Templates;

/// <summary>Finding, publishing, tagging and deleting templates.</summary>
public class ManagingTests
{
    private const string One = """
        {"templateID":"tpl1","buildID":"b1","cpuCount":2,"memoryMB":512,"diskSizeMB":1024,"public":true,"aliases":["my-app"],"names":["me/my-app"],
         "createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T05:04:05+01:00","createdBy":null,"lastSpawnedAt":null,"spawnCount":7,"buildCount":3,"envdVersion":"0.6.13","buildStatus":"error"}
        """;

    private const string Unbuilt = """
        {"templateID":"tpl2","buildID":"00000000-0000-0000-0000-000000000000","cpuCount":0,"memoryMB":0,"diskSizeMB":0,"public":false,"aliases":[],"names":[],
         "createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z","createdBy":null,"lastSpawnedAt":null,"spawnCount":0,"buildCount":1,"envdVersion":"","buildStatus":"waiting"}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_is_asked_for_when_the_one_before_it_is_used_up()
    {
        var handler = new FakeHandler(request => request.PathAndQuery.Contains("nextToken", StringComparison.Ordinal)
            ? Answers.Json($"[{Unbuilt}]")
            : Answers.Json($"[{One}]").With("X-Next-Token", "a b"));
        using E2BClient client = Client.With(handler);

        await using IAsyncEnumerator<TemplateInfo> templates = client.Templates.ListAsync(new TemplateListFilter { PageSize = 1 }, Token).GetAsyncEnumerator(Token);
        Assert.True(await templates.MoveNextAsync());
        TemplateInfo one = templates.Current;
        Assert.Equal("/v2/templates?limit=1", handler.Only.PathAndQuery);
        Assert.True(await templates.MoveNextAsync());
        TemplateInfo two = templates.Current;
        Assert.False(await templates.MoveNextAsync());

        Assert.Equal("/v2/templates?limit=1&nextToken=a%20b", handler.Requests.Last().PathAndQuery);
        Assert.Equal(("tpl1", "my-app", true, TemplateBuildStatus.Error, "b1", 3), (one.TemplateId, one.Name, one.IsPublic, one.BuildStatus, one.BuildId, one.BuildCount));
        Assert.Equal((2, 512, 1024, "0.6.13", 7L), (one.CpuCount, one.MemoryMB, one.DiskMB, one.EnvdVersion, one.UseCount));
        Assert.Equal((new DateTime(2026, 1, 2, 4, 4, 5), TimeSpan.Zero), (one.UpdatedAt.DateTime, one.UpdatedAt.Offset));
        Assert.Equal(("tpl2", TemplateBuildStatus.Waiting, null, null, null, null), (two.Name, two.BuildStatus, two.BuildId, two.CpuCount, two.MemoryMB, two.EnvdVersion));
    }

    [Theory]
    [InlineData("my-app")]
    [InlineData("ME/My-App")]
    [InlineData("tpl1")]
    [InlineData("my-app:v1")]
    public async Task A_template_is_found_by_each_of_its_names(string name)
    {
        using E2BClient client = Client.With(Routes.Of(("/v2/templates", Routes.Json($"[{Unbuilt},{One}]"))));

        Assert.Equal("tpl1", (await client.Templates.GetAsync(name, Token)).TemplateId);
    }

    [Fact]
    public async Task What_is_in_no_list_is_looked_up()
    {
        using E2BClient client = Client.With(Routes.Of(
            ("/v2/templates", Routes.Json("[]")),
            ("/aliases/snap", Routes.Json("""{"templateID":"s1","public":false}""")),
            ("/aliases/other", _ => Answers.Error(403, "You don't have access to this template alias")),
            ("/aliases/none", _ => Answers.Error(404, "template 'none' not found")),
            ("/templates/s1", Routes.Json("""
                {"templateID":"s1","public":false,"aliases":["snap"],"names":["me/snap"],"createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z","lastSpawnedAt":null,"spawnCount":0,
                 "builds":[{"buildID":"b2","status":"building","createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z","cpuCount":1,"memoryMB":1},
                           {"buildID":"b1","status":"ready","createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z","cpuCount":2,"memoryMB":512,"diskSizeMB":9}]}
                """))));

        TemplateInfo snapshot = await client.Templates.GetAsync("snap", Token);
        var missing = await Assert.ThrowsAsync<TemplateNotFoundException>(() => client.Templates.GetAsync("none", Token));
        var others = await Assert.ThrowsAsync<E2BAuthenticationException>(() => client.Templates.GetAsync("other", Token));

        Assert.Equal(("s1", TemplateBuildStatus.Building, "b1", 2, 9), (snapshot.TemplateId, snapshot.BuildStatus, snapshot.BuildId, snapshot.CpuCount, snapshot.DiskMB));
        Assert.Equal("none", missing.Template);
        Assert.Contains("another project", others.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(404, false)]
    [InlineData(403, true)]
    public async Task A_name_that_another_project_has_taken_is_there_too(int status, bool exists)
    {
        var handler = new FakeHandler(_ => status == 200 ? Answers.Json("""{"templateID":"tpl1","public":true}""") : Answers.Error(status));
        using E2BClient client = Client.With(handler);

        Assert.Equal(exists, await client.Templates.ExistsAsync("me/my-app:v1", Token));
        Assert.Equal("/templates/aliases/me%2Fmy-app%3Av1", handler.Only.PathAndQuery);
    }

    [Fact]
    public async Task A_wrong_key_is_no_answer_to_whether_a_template_is_there()
    {
        using E2BClient client = Client.With(new FakeHandler(_ => Answers.Error(401)));

        await Assert.ThrowsAsync<E2BAuthenticationException>(() => client.Templates.ExistsAsync("my-app", Token));
    }

    [Fact]
    public async Task Deleting_says_whether_it_was_there_and_what_keeps_it_from_being_done()
    {
        using E2BClient client = Client.With(new FakeHandler(request => request.Uri.Segments[^1] switch
        {
            "there" => Answers.Empty(204),
            "used" => Answers.Error(400, "cannot delete template 'used' because there are running sandboxes using it"),
            _ => Answers.Error(404, "template not found"),
        }));

        Assert.True(await client.Templates.DeleteAsync("there", Token));
        Assert.False(await client.Templates.DeleteAsync("none", Token));
        await Assert.ThrowsAsync<E2BConflictException>(() => client.Templates.DeleteAsync("used", Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => client.Templates.DeleteAsync("there:v1", Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => client.Templates.DeleteAsync(" ", Token));
    }

    [Fact]
    public async Task Publishing_tells_the_names()
    {
        var handler = new FakeHandler(_ => Answers.Json("""{"names":["me/my-app"]}"""));
        using E2BClient client = Client.With(handler);

        Assert.Equal(["me/my-app"], await client.Templates.PublishAsync("my-app", Token));
        await client.Templates.UnpublishAsync("my-app", Token);

        Assert.Equal(
            [("PATCH", "/v2/templates/my-app", """{"public":true}"""), ("PATCH", "/v2/templates/my-app", """{"public":false}""")],
            handler.Requests.Select(one => (one.Method.Method, one.PathAndQuery, one.Text)));
    }

    [Fact]
    public async Task Tags_are_listed_assigned_and_removed()
    {
        var handler = new FakeHandler(request => request.Method.Method switch
        {
            "GET" => Answers.Json("""[{"tag":"v1","buildID":"b1","createdAt":"2026-01-02T03:04:05Z"}]"""),
            "POST" => Answers.Json("""{"tags":["stable","a"],"buildID":"b1"}"""),
            _ => Answers.Empty(204),
        });
        using E2BClient client = Client.With(handler);

        TemplateTag listed = Assert.Single(await client.Templates.GetTagsAsync("my-app", Token));
        IReadOnlyList<TemplateTag> added = await client.Templates.AddTagsAsync("my-app:v1", ["Stable", "a"], Token);
        await client.Templates.RemoveTagsAsync("my-app", ["v1"], Token);

        Assert.Equal(("my-app", "v1", "b1", "my-app:v1"), (listed.Template, listed.Tag, listed.BuildId, listed.ToString()));
        Assert.Equal(["my-app:a", "my-app:stable"], added.Select(tag => tag.ToString()));
        Assert.Equal(
            [("GET", "/templates/my-app/tags", ""), ("POST", "/templates/tags", """{"target":"my-app:v1","tags":["Stable","a"]}"""), ("DELETE", "/templates/tags", """{"name":"my-app","tags":["v1"]}""")],
            handler.Requests.Select(one => (one.Method.Method, one.PathAndQuery, one.Text)));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => client.Templates.AddTagsAsync("my-app", [], Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => client.Templates.RemoveTagsAsync("my-app:v1", ["v2"], Token));
    }

    [Fact]
    public async Task Builds_come_by_pages_and_one_with_why_it_failed()
    {
        const string Head = """{"templateID":"tpl1","public":false,"aliases":[],"names":[],"createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z","lastSpawnedAt":null,"spawnCount":0,"builds":""";
        using E2BClient client = Client.With(Routes.Of(
            ("/aliases/my-app", Routes.Json("""{"templateID":"tpl1","public":false}""")),
            ("/aliases/tpl1", Routes.Json("""{"templateID":"tpl1","public":false}""")),
            ("/templates/tpl1", _ => Answers.Json(Head + """[{"buildID":"b2","status":"building","createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z","cpuCount":1,"memoryMB":1}]}""").With("X-Next-Token", "more")),
            ("?nextToken=more", Routes.Json(Head + """[{"buildID":"b1","status":"error","createdAt":"2026-01-02T03:04:05Z","updatedAt":"2026-01-02T03:04:05Z","finishedAt":"2026-01-02T03:05:05Z","cpuCount":2,"memoryMB":512}]}""")),
            ("/builds/b1/status?logsOffset=0&limit=1", Routes.Json("""{"templateID":"tpl1","buildID":"b1","status":"error","logs":[],"logEntries":[],"reason":{"message":"no","step":"3"}}"""))));

        var listed = new List<TemplateBuildInfo>();
        await foreach (TemplateBuildInfo build in client.Templates.ListBuildsAsync("my-app", Token))
        {
            listed.Add(build);
        }

        TemplateBuildInfo one = await client.Templates.GetBuildAsync("my-app", "b1", Token);

        Assert.Equal([("b2", TemplateBuildStatus.Building), ("b1", TemplateBuildStatus.Error)], listed.Select(build => (build.BuildId, build.Status)));
        Assert.Equal(("tpl1", "no", "3", TimeSpan.FromMinutes(1), 512), (one.TemplateId, one.Reason, one.FailedStep, one.Duration, one.MemoryMB));
    }
}
