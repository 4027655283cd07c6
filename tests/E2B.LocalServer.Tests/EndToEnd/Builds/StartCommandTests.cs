using System.Net;
using System.Text.Json.Nodes;
using E2B.LocalServer.Tests.ControlPlane;
using Xunit;
using static E2B.LocalServer.Tests.EndToEnd.Builds.BuildWorld;

namespace E2B.LocalServer.Tests.EndToEnd.Builds;

/// <summary>What is to run in a template's sandboxes runs when they are handed over.</summary>
public sealed class StartCommandTests(BuildWorld world) : IClassFixture<BuildWorld>
{
    private static JsonObject Started(string? start, string? ready, params JsonObject[] steps)
    {
        JsonObject definition = From("e2bdev/base", steps);
        definition["startCmd"] = start;
        definition["readyCmd"] = ready;
        return definition;
    }

    [Fact]
    public async Task It_answers_on_its_port_at_once_and_again_in_what_is_made_of_the_sandbox()
    {
        BuildEnd built = await world.DefineAndBuildAsync("serving", Started(
            "echo starting in $PWD as $WHO; sleep 1; exec python3 -m http.server 8123",
            "curl -sf http://127.0.0.1:8123/ >/dev/null",
            Step("ENV", "WHO", "me"), Step("WORKDIR", "/srv/site"), Run("echo served > index.html")));
        built.Ready();
        Assert.Contains("[start] [stdout]: starting in /srv/site as me", built.Log);

        string id = (string)(await world.CreateAsync("serving")).Json!["sandboxID"]!;
        Assert.Equal("served\n", await AskAsync(id));
        JsonArray log = (await world.ApiAsync("GET", $"/v2/sandboxes/{id}/logs?search=starting%20in")).Json!["logs"]!.AsArray();
        Assert.Equal(("starting in /srv/site as me", "start"), ((string)log[0]!["message"]!, (string)log[0]!["fields"]!["command"]!));

        JsonArray forks = (await world.ApiAsync("POST", $"/sandboxes/{id}/fork", new JsonObject { ["timeout"] = 300 })).Json!.AsArray();
        Assert.Equal("served\n", await AskAsync((string)forks[0]!["sandbox"]!["sandboxID"]!));
        await world.ApiAsync("POST", $"/sandboxes/{id}/pause", new JsonObject { ["memory"] = false });
        Assert.Equal(HttpStatusCode.Created, (await world.ApiAsync("POST", $"/sandboxes/{id}/connect", new JsonObject { ["timeout"] = 300 })).Status);
        Assert.Equal("served\n", await AskAsync(id));
    }

    [Fact]
    public async Task A_command_that_fails_fails_the_build()
    {
        BuildEnd end = await world.DefineAndBuildAsync("unstartable", Started("echo no; exit 4", "false"));

        Assert.Equal(("error", "start command failed: error running start command: exit status 4", "finalize"), (end.Status, end.Message, end.Step));
        Assert.Contains("[start] [stdout]: no", end.Log);
    }

    [Fact]
    public async Task A_command_that_fails_later_fails_the_create_and_leaves_nothing()
    {
        (await world.DefineAndBuildAsync("fragile", Started("test ! -e ~/broken || exit 1; touch /dev/shm/up; exec sleep 100000", "test -e /dev/shm/up"))).Ready();
        string id = (string)(await world.CreateAsync("fragile")).Json!["sandboxID"]!;
        using var write = new HttpRequestMessage(HttpMethod.Post, "/files?path=/home/user/broken&username=user") { Content = new ByteArrayContent([1]) };
        write.Content.Headers.ContentType = new("application/octet-stream");
        write.Headers.Add("E2b-Sandbox-Id", id);
        write.Headers.Add("E2b-Sandbox-Port", "49983");
        Assert.Equal(HttpStatusCode.OK, (await world.Client.SendAsync(write, Token)).StatusCode);
        await world.ApiAsync("POST", $"/sandboxes/{id}/snapshots", new JsonObject { ["name"] = "broken" });
        int before = world.Running;

        Answer answer = await world.CreateAsync("broken");

        Assert.Equal(
            (HttpStatusCode.InternalServerError, "The sandbox could not be started: start command failed: error running start command: exit status 1"),
            (answer.Status, answer.Message));
        Assert.Equal(before, world.Running);
    }

    [Fact]
    public async Task A_build_upon_it_has_it_too_unless_it_has_its_own()
    {
        (await world.DefineAndBuildAsync("below", Started("echo 1 >> ~/runs; exec sleep 100000", "test -e ~/runs"))).Ready();
        (await world.DefineAndBuildAsync("above", new JsonObject { ["fromTemplate"] = "below", ["steps"] = new JsonArray(Run("ls ~/runs && exit 1; true")) })).Ready();

        Assert.Equal("1\n", await world.RunInAsync("above", "cat ~/runs"));
    }

    [Fact]
    public async Task Commands_with_sudo_are_roots_though_no_program_can_become_root()
    {
        JsonObject definition = Started(
            "sudo -E sh -c 'echo started by $(id -un) with $SETTING in $PWD >/run/started; exec sleep 100000'",
            "sudo grep -q 'root with set in /opt/it' /run/started",
            Step("ENV", "SETTING", "set"),
            Step("WORKDIR", "/opt/it"),
            Run("sudo mkdir -p /opt/made && sudo sh -c 'echo \"$(id -un) $HOME [$SETTING]\"' > ~/plain"),
            Run("echo ~ $HOME | sudo -E tee /root/words; sudo -u user sh -c 'id -un; echo $HOME' | sudo tee -a /root/words >/dev/null\nexit 0"));
        BuildEnd built = (await world.DefineAndBuildAsync("as-root", definition)).Ready();

        Assert.Equal("root /root []\n", await world.RunInAsync("as-root", "cat ~/plain"));
        Assert.Contains(built.Log, static line => line.EndsWith("[stdout]: /home/user /home/user", StringComparison.Ordinal));
        (await world.DefineAndBuildAsync("as-root-again", new JsonObject
        {
            ["fromTemplate"] = "as-root",
            ["steps"] = new JsonArray(Run("test \"$(cat /root/words)\" = \"/home/user /home/user\nuser\n/home/user\"", "root"), Run("test \"$(stat -c %U /opt/made)\" = root")),
        })).Ready();
    }

    [Fact]
    public async Task Sudo_is_for_those_who_may_and_says_what_it_cannot()
    {
        BuildEnd other = await world.BuildAsync("no-sudoer", Step("USER", "other"), Run("sudo true"));
        Assert.Equal("failed to run command 'sudo true': exit status 1", other.Message);
        Assert.Contains("[builder 2/2] [stderr]: sudo: other may not become root", other.Log);

        BuildEnd odd = await world.BuildAsync("odd-option", Run("true\ntrue; sudo --chroot=/x true || exit 3"), Run("ls /nothing-there; sudo"));
        Assert.Equal("failed to run command 'true\ntrue; sudo --chroot=/x true || exit 3': exit status 3", odd.Message);
        Assert.Contains("[builder 1/2] [stderr]: sudo: the local server's has no option --chroot=/x", odd.Log);
    }

    [Fact]
    public async Task What_cannot_be_run_at_all_is_not_waited_for()
    {
        BuildEnd start = await world.DefineAndBuildAsync("no-start", Started("no-such-program --serve", "false"));
        Assert.Equal(
            "start command failed: error running start command: exit status 127: bash: line 1: no-such-program: command not found", start.Message?.Replace("/bin/bash", "bash", StringComparison.Ordinal));

        BuildEnd ready = await world.DefineAndBuildAsync("no-ready", Started(null, "no-such-check"));
        Assert.Equal(
            "ready command failed: it cannot be run: exit status 127: bash: line 1: no-such-check: command not found", ready.Message?.Replace("/bin/bash", "bash", StringComparison.Ordinal));

        // The start command may bring what is asked for.
        (await world.DefineAndBuildAsync("brings-it", Started("sleep 2; printf 'true' > ~/check; chmod +x ~/check; exec sleep 100000", "~/check"))).Ready();
    }

    private async Task<string> AskAsync(string id) =>
        (await world.ApiAsync("GET", "/", null, ("E2b-Sandbox-Id", id), ("E2b-Sandbox-Port", "8123"))).Text;
}
