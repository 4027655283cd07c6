using System.Net;
using System.Text.Json.Nodes;
using E2B.LocalServer.Tests.ControlPlane;
using Xunit;
using static E2B.LocalServer.Tests.EndToEnd.Builds.BuildWorld;

namespace E2B.LocalServer.Tests.EndToEnd.Builds;

/// <summary>How builds and templates begin, go on and end.</summary>
public sealed class BuildLifeTests(BuildWorld world) : IClassFixture<BuildWorld>
{
    private static JsonObject Endless => Run("echo begun; sleep 100000");

    private static bool HasBegun(BuildEnd build) => build.Log.Any(line => line.EndsWith("[stdout]: begun", StringComparison.Ordinal));

    [Fact]
    public async Task What_a_failed_build_has_done_the_next_one_need_not_do()
    {
        BuildEnd failed = await world.BuildAsync("failing", Run("echo one > ~/one"), Run("echo seen; echo why >&2; exit 3"), Run("true"));
        Assert.Equal(("error", "failed to run command 'echo seen; echo why >&2; exit 3': exit status 3", "2"), (failed.Status, failed.Message, failed.Step));
        Assert.Contains(failed.Json["reason"]!["logEntries"]!.AsArray(), entry => (string)entry!["message"]! == "[builder 2/3] [stderr]: why");
        Answer none = await world.CreateAsync("failing");
        Assert.Equal((HttpStatusCode.NotFound, "tag 'default' does not exist for template 'failing'"), (none.Status, none.Message));

        BuildEnd mended = (await world.BuildAsync("failing", Run("echo one > ~/one"), Run("cat ~/one"))).Ready();

        Assert.Equal(["CACHED RUN echo one > ~/one", "RUN cat ~/one"], mended.Steps);
        JsonArray builds = (await world.ApiAsync("GET", $"/templates/{mended.Build.TemplateId}")).Json!["builds"]!.AsArray();
        Assert.Equal(["ready", "error"], builds.Select(build => (string)build!["status"]!));
    }

    [Fact]
    public async Task Two_are_built_at_once_and_cancelled_ones_leave_nothing()
    {
        int before = world.Running;
        BuildHandle[] builds = [await world.RequestAsync("endless-one"), await world.RequestAsync("endless-two")];
        foreach (BuildHandle build in builds)
        {
            await world.StartAsync(build, From("e2bdev/base", Endless));
        }

        foreach (BuildHandle build in builds)
        {
            BuildEnd under = await world.UntilAsync(build, HasBegun);
            Assert.Equal("building", under.Status);
        }

        string first = $"/local/templates/{builds[0].TemplateId}/builds/{builds[0].BuildId}/cancel";
        Assert.Equal(HttpStatusCode.NoContent, (await world.ApiAsync("POST", first)).Status);
        Assert.Equal($"build '{builds[0].BuildId}' is over: error", (await world.ApiAsync("POST", first)).Message);
        Assert.Equal("building", (await world.StatusAsync(builds[1])).Status);
        string team = (string)(await world.ApiAsync("GET", "/teams")).Json![0]!["teamID"]!;
        Answer cancelled = await world.ApiAsync("POST", $"/admin/teams/{team}/builds/cancel");

        Assert.Equal("""{"cancelledCount":1,"failedCount":0}""", cancelled.Text);
        foreach (BuildHandle build in builds)
        {
            BuildEnd end = await world.StatusAsync(build);
            Assert.Equal(("error", "build was cancelled"), (end.Status, end.Message));
        }

        Assert.Equal(before, world.Running);
    }

    [Fact]
    public async Task A_newer_build_of_the_same_tag_ends_the_older()
    {
        BuildHandle older = await world.RequestAsync("superseded");
        await world.StartAsync(older, From("e2bdev/base", Endless));
        await world.UntilAsync(older, HasBegun);
        BuildHandle waiting = await world.RequestAsync("superseded");
        BuildHandle newest = await world.RequestAsync("superseded:default", "v1");
        Assert.Equal("The build was canceled because it was superseded by a newer one.", (await world.StatusAsync(waiting)).Message);

        await world.StartAsync(newest, From("e2bdev/base"));

        Assert.Equal("The build was canceled because it was superseded by a newer one.", (await world.EndAsync(older)).Message);
        (await world.EndAsync(newest)).Ready();
        JsonArray tags = (await world.ApiAsync("GET", $"/templates/{newest.TemplateId}/tags")).Json!.AsArray();
        Assert.Equal([("default", newest.BuildId), ("v1", newest.BuildId)], tags.Select(tag => ((string)tag!["tag"]!, (string)tag["buildID"]!)));
    }

    [Fact]
    public async Task Templates_are_there_again_after_a_restart_and_what_was_being_built_is_not()
    {
        BuildEnd kept = (await world.BuildAsync("kept", Run("echo kept > ~/kept"))).Ready();
        string[] layers = world.Layers();
        BuildHandle interrupted = await world.RequestAsync("interrupted");
        await world.StartAsync(interrupted, From("e2bdev/base", Run("echo interrupted > ~/one"), Endless));
        await world.UntilAsync(interrupted, HasBegun);

        await world.StopAsync();
        Directory.CreateDirectory(Path.Combine(world.Saved("layers"), "0123456789abcdef0123"));
        await File.WriteAllTextAsync(Path.Combine(world.Saved("uploads"), "x.part"), "half", Token);
        await world.StartAsync();

        BuildEnd end = await world.StatusAsync(interrupted);
        Assert.Equal(("error", "the build was interrupted: the server ended"), (end.Status, end.Message));
        Assert.Equal("kept\n", await world.RunInAsync("kept", "cat ~/kept"));
        Assert.Equal(kept.Log, (await world.StatusAsync(kept.Build)).Log);
        Assert.Equal(layers.Length + 1, world.Layers().Length); // what the interrupted one had done, for the next
        Assert.Empty(Directory.EnumerateFiles(world.Saved("uploads"), "*.part"));
        BuildEnd next = (await world.BuildAsync("interrupted", Run("echo interrupted > ~/one"))).Ready();
        Assert.Equal(["CACHED RUN echo interrupted > ~/one"], next.Steps);
    }

    [Fact]
    public async Task A_template_is_deleted_once_nobody_uses_it()
    {
        string[] before = world.Layers();
        BuildEnd built = (await world.BuildAsync("deleted", Run("echo x > ~/x"))).Ready();
        string sandbox = (string)(await world.CreateAsync("deleted")).Json!["sandboxID"]!;
        Answer refused = await world.ApiAsync("DELETE", "/templates/deleted");
        Assert.Equal(
            (HttpStatusCode.BadRequest, $"cannot delete template '{built.Build.TemplateId}' because there are running sandboxes using it"), (refused.Status, refused.Message));
        await world.ApiAsync("DELETE", $"/sandboxes/{sandbox}");
        BuildHandle under = await world.RequestAsync("deleted");
        await world.StartAsync(under, From("e2bdev/base", Endless));
        await world.UntilAsync(under, HasBegun);

        Assert.Equal(HttpStatusCode.NoContent, (await world.ApiAsync("DELETE", "/templates/deleted")).Status);

        Assert.Equal(HttpStatusCode.NotFound, (await world.ApiAsync("GET", "/templates/aliases/deleted")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await world.ApiAsync("GET", $"/templates/{under.TemplateId}/builds/{under.BuildId}/status")).Status);
        Assert.Equal(before, world.Layers());
    }
}
