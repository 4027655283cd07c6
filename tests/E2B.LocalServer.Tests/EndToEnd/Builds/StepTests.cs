using System.Formats.Tar;
using System.Globalization;
using System.Text.Json.Nodes;
using Xunit;
using static E2B.LocalServer.Tests.EndToEnd.Builds.BuildWorld;

namespace E2B.LocalServer.Tests.EndToEnd.Builds;

/// <summary>What the steps of a build do, and what is reused of them.</summary>
public sealed class StepTests(BuildWorld world) : IClassFixture<BuildWorld>
{
    [Fact]
    public async Task Steps_are_reused_until_one_differs()
    {
        BuildHandle open = await world.RequestAsync("cached");
        string first = await world.UploadAsync(open, tar => AddFile(tar, "a.txt", "one"));
        string second = await world.UploadAsync(open, tar => AddFile(tar, "a.txt", "two"));
        JsonObject[] Steps(string hash) => [Run("echo before > ~/before"), Copy(hash, "a.txt", "/home/user/"), Run("cat ~/before ~/a.txt > ~/both")];

        (await world.BuildAsync("cached", Steps(first))).Ready();
        string[] layers = world.Layers();
        BuildEnd again = (await world.BuildAsync("cached", Steps(first))).Ready();
        Assert.All(again.Steps, step => Assert.StartsWith("CACHED ", step, StringComparison.Ordinal));
        Assert.Equal(3, again.Steps.Count);
        Assert.Equal(layers, world.Layers());

        BuildEnd changed = (await world.BuildAsync("cached", Steps(second))).Ready();
        Assert.Equal(["CACHED RUN echo before > ~/before", "COPY a.txt /home/user/", "RUN cat ~/before ~/a.txt > ~/both"], changed.Steps);
        Assert.Equal("before\ntwo", await world.RunInAsync("cached", "cat ~/both"));

        JsonObject[] forced = Steps(second);
        forced[1]["force"] = true;
        BuildEnd anew = (await world.BuildAsync("cached", forced)).Ready();
        Assert.Equal(["CACHED RUN echo before > ~/before", "COPY a.txt /home/user/", "RUN cat ~/before ~/a.txt > ~/both"], anew.Steps);

        // What no template needs any more is gone: one layer of each step that writes, and one of the end.
        Assert.Equal(layers.Length, world.Layers().Length);
    }

    [Fact]
    public async Task User_directory_and_variables_hold_for_the_steps_after_them()
    {
        BuildEnd end = await world.BuildAsync(
            "circumstances",
            Step("ENV", "NAME", "a \"quoted\" $(touch /bad) `touch /bad` \\n", "WHERE", "$HOME/x"),
            Step("USER", "builder"),
            Step("WORKDIR", "/srv/$NAME_OF_NOTHING/deep"),
            Run("printf '%s|%s|%s|%s\\n' \"$(id -un)\" \"$PWD\" \"$NAME\" \"$WHERE\" > ~/seen"),
            Run("id -un > /seen-by-root", "root"),
            Step("WORKDIR", "more"),
            Run("pwd > here"));
        end.Ready();

        Assert.Equal(
            "builder|/srv/deep|a \"quoted\" $(touch /bad) `touch /bad` \\n|/root/x\nroot\n/srv/deep/more\nbuilder /srv/deep/more builder\n",
            await world.RunInAsync("circumstances", "cat ~/seen /seen-by-root here; echo \"$(id -un) $(pwd) $(stat -c %U /srv/deep)$NAME\"; ls /bad 2>/dev/null; true"));
    }

    [Fact]
    public async Task Another_template_is_built_upon()
    {
        (await world.BuildAsync("lower", Step("ENV", "LOW", "er"), Step("USER", "root"), Step("WORKDIR", "/srv"), Run("echo low > /srv/low; rm /etc/shells"))).Ready();
        BuildEnd upper = await world.DefineAndBuildAsync("upper", new JsonObject
        {
            ["fromTemplate"] = "local/lower:default",
            ["steps"] = new JsonArray(Run("echo \"$LOW $(id -un) $PWD $(cat low)\" > ~/seen")),
        });
        upper.Ready();

        Assert.Equal("er user /srv low\n", await world.RunInAsync("upper", "cat ~/seen; ls /etc/shells 2>/dev/null; true"));
        BuildEnd missing = await world.DefineAndBuildAsync("upper", new JsonObject { ["fromTemplate"] = "nowhere", ["steps"] = new JsonArray() });
        Assert.Equal(("error", "error getting base template: template 'nowhere' not found", "base"), (missing.Status, missing.Message, missing.Step));
    }

    [Fact]
    public async Task Copies_go_where_Docker_would_put_them()
    {
        BuildHandle open = await world.RequestAsync("copies");
        string hash = await world.UploadAsync(open, tar =>
        {
            AddFile(tar, "dir/one.txt", "1");
            AddFile(tar, "dir/sub/two.txt", "2");
            AddFile(tar, "three.txt", "3");
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "three.txt" });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "odd owner") { Uid = 1_000_000_000, Gid = 1_000_000_000, DataStream = new MemoryStream([52]) });
        });
        BuildEnd end = await world.BuildAsync(
            "copies",
            Copy(hash, "dir", "/into/new"),
            Copy(hash, "dir/sub", "/into/new"),
            Copy(hash, "dir/*.txt", "relative"),
            Copy(hash, "three.txt", "/into/renamed", owner: "root", mode: "0600"),
            Copy(hash, "link", "/into/"),
            Copy(hash, "odd owner", "with space/"),
            Copy(hash, ".", "/all/"));
        end.Ready();

        Assert.Equal(
            "/all/dir/one.txt user 1\n/all/dir/sub/two.txt user 2\n/all/odd owner user 4\n/all/three.txt user 3\n"
            + "/home/user/relative/one.txt user 1\n/home/user/relative/sub/two.txt user 2\n/home/user/with space/odd owner user 4\n/into/new/one.txt user 1\n/into/new/sub/two.txt user 2\n/into/new/two.txt user 2\n"
            + "root 755\nuser 755\n"
            + "600 root\nthree.txt\n",
            await world.RunInAsync("copies", """
                find /all /home/user/relative '/home/user/with space' /into/new -type f -printf '%p %u ' -exec cat {} \; -printf '\n' | sort
                stat -c '%U %a' /into/new /into/new/sub
                stat -c '%a %U' /into/renamed; readlink /into/link; ls -A /tmp
                """));
        BuildEnd missing = await world.BuildAsync("copies", Copy(hash, "nothing", "/x"));
        Assert.Equal(("error", "1"), (missing.Status, missing.Step));
        Assert.Contains("source path does not exist: nothing", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_forced_step_does_anew_is_what_sandboxes_have()
    {
        JsonObject forced = Run("cat /proc/sys/kernel/random/uuid > ~/id");
        (await world.BuildAsync("forced", (JsonObject)forced.DeepClone())).Ready();
        string before = await world.RunInAsync("forced", "cat ~/id");
        forced["force"] = true;

        (await world.BuildAsync("forced", forced)).Ready();

        Assert.NotEqual(before, await world.RunInAsync("forced", "cat ~/id"));
    }

    [Fact]
    public async Task A_user_who_may_do_all_already_needs_no_programs_for_it()
    {
        BuildEnd end = await world.BuildAsync(
            "bare",
            Run("usermod -aG sudo user && passwd -d user && rm -f \"$(command -v usermod)\" \"$(command -v passwd)\"", "root"),
            Step("USER", "user", "true"));

        end.Ready();
        Assert.Equal("user\n", await world.RunInAsync("bare", "id -un; command -v usermod passwd; true"));
    }

    [Fact]
    public async Task What_is_built_upon_a_snapshot_has_its_variables()
    {
        string sandbox = (string)(await world.ApiAsync(
            "POST", "/sandboxes", new JsonObject { ["templateID"] = "base", ["timeout"] = 600, ["envVars"] = new JsonObject { ["GREETING"] = "hello" } })).Json!["sandboxID"]!;
        await world.ApiAsync("POST", $"/sandboxes/{sandbox}/snapshots", new JsonObject { ["name"] = "greeting" });
        await world.ApiAsync("DELETE", $"/sandboxes/{sandbox}");

        (await world.DefineAndBuildAsync("greeted", new JsonObject
        {
            ["fromTemplate"] = "greeting",
            ["steps"] = new JsonArray(Run("echo \"$GREETING at build\" > ~/seen")),
        })).Ready();

        Assert.Equal("hello at build\nhello\n", await world.RunInAsync("greeted", "cat ~/seen; echo \"$GREETING\""));
    }

    [Fact]
    public async Task What_is_built_upon_the_code_interpreter_runs_code()
    {
        (await world.DefineAndBuildAsync("coded", new JsonObject
        {
            ["fromTemplate"] = "code-interpreter-v1",
            ["steps"] = new JsonArray(Run("echo data > ~/data")),
        })).Ready();

        const string ask = "python3 -c \"import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:49999/health').read().decode())\"";
        Assert.Equal("data\n\"OK\"\n", await world.RunInAsync("coded", "cat ~/data; " + ask));
    }

    [Fact]
    public async Task Commands_go_before_the_agent_when_memory_runs_out()
    {
        // From their first moment on; and the agent, which has the same while it starts one, goes back.
        const string look = "read own < /proc/self/oom_score_adj; for i in {1..300}; do [ $own -gt $(< /proc/1/oom_score_adj) ] && break; sleep 0.1; done; echo $own; cat /proc/1/oom_score_adj";
        string[] scores = (await world.RunInAsync("base", look)).Split('\n');

        Assert.True(int.Parse(scores[0], CultureInfo.InvariantCulture) > int.Parse(scores[1], CultureInfo.InvariantCulture), string.Join(' ', scores));
    }

    [Theory]
    [InlineData("RUN", "RUN requires command argument")]
    [InlineData("COPY", "COPY requires a local path and a container path argument")]
    [InlineData("ENV", "ENV does not support passing no arguments")]
    [InlineData("ENV odd", "ENV requires both a key and value arguments")]
    [InlineData("USER no:such", "failed to create user: exit status 3")]
    [InlineData("EXPOSE 80", "failed to get command for step EXPOSE: command type EXPOSE is not implemented")]
    public async Task What_cannot_be_done_is_said(string step, string message)
    {
        string[] parts = step.Split(' ');
        BuildEnd end = await world.BuildAsync("wrong", Run("true"), Step(parts[0].ToLowerInvariant(), parts[1..]));

        Assert.Equal(("error", "2"), (end.Status, end.Step));
        Assert.StartsWith(message, end.Message, StringComparison.Ordinal);
        Assert.Equal($"Build failed: {end.Message}", end.Log[^1]);
    }

    [Fact]
    public async Task An_image_without_a_source_of_images_is_refused()
    {
        BuildEnd end = await world.DefineAndBuildAsync("image", From("python:3.11"));

        Assert.Equal(("error", "base"), (end.Status, end.Step));
        Assert.Contains("python:3.11", end.Message, StringComparison.Ordinal);
    }
}
