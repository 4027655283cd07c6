using System.Text.Json.Nodes;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests.Creating;

public class NetworkUpdateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_update_replaces_all_and_says_only_what_is_given()
    {
        var handler = new FakeHandler(_ => Answers.Empty(204));
        Sandbox sandbox = Client.Sandbox(handler);

        await sandbox.UpdateNetworkAsync(new SandboxNetworkUpdate(), Token);
        await sandbox.UpdateNetworkAsync(new SandboxNetworkUpdate { AllowOut = ["example.com"], AllowInternetAccess = false, EgressProxy = new("a:1") }, Token);

        SentRequest[] sent = [.. handler.Requests];
        Assert.All(sent, request => Assert.Equal("PUT /sandboxes/sbx1/network", $"{request.Method} {request.PathAndQuery}"));
        Assert.Equal("{}", sent[0].Text);
        Body.AssertJson(
            """{"allowOut":["example.com"],"denyOut":["0.0.0.0/0"],"egressProxy":{"address":"a:1"},"allow_internet_access":false}""", JsonNode.Parse(sent[1].Text));
    }

    [Fact]
    public async Task A_bad_update_is_not_sent()
    {
        var handler = new FakeHandler(_ => Answers.Empty(204));
        Sandbox sandbox = Client.Sandbox(handler);

        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => sandbox.UpdateNetworkAsync(new SandboxNetworkUpdate { DenyOut = ["example.com"] }, Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => sandbox.UpdateNetworkAsync(new SandboxNetworkUpdate { AllowOut = ["example.com"] }, Token));

        Assert.Empty(handler.Requests);
    }

    [Fact]
    public async Task What_a_sandbox_has_becomes_an_update_that_changes_nothing()
    {
        const string Egress = """
            "allowOut":["198.51.100.7"],"denyOut":["0.0.0.0/0"],"egressProxy":{"address":"proxy.example.com:1080"},
            "rules":{"api.example.com":[{"transform":{"headers":{"Authorization":"canary"},"later":[1]},"more":true},{}]}
            """;
        var handler = new FakeHandler(request => request.Method == HttpMethod.Put
            ? Answers.Empty(204)
            : Detail($$"""{ {{Egress}},"allowPublicTraffic":false,"maskRequestHost":"localhost","httpsPorts":[8443],"unheardOf":1}"""));
        Sandbox sandbox = Client.Sandbox(handler);

        SandboxNetworkInfo network = (await sandbox.GetInfoAsync(Token)).Network!;
        await sandbox.UpdateNetworkAsync(network.ToUpdate(), Token);

        Assert.Equal(["198.51.100.7"], network.AllowOut);
        Assert.Equal(["0.0.0.0/0"], network.DenyOut);
        Assert.Equal(("proxy.example.com:1080", false, "localhost"), (network.EgressProxy, network.AllowPublicTraffic, network.MaskRequestHost));
        Assert.Equal([8443], network.HttpsPorts);
        Assert.Equal(["Authorization"], Assert.IsType<string[]>(network.Rules["api.example.com"][0].HeaderNames)); // an array, which PowerShell can index
        Body.AssertJson($$"""{ {{Egress}},"allow_internet_access":false}""", JsonNode.Parse(handler.Requests.Last().Text));
    }

    [Fact]
    public void The_internet_comes_back_with_all_that_was_taken_away_for_it()
    {
        var update = new SandboxNetworkUpdate
        {
            AllowInternetAccess = false,
            AllowOut = ["example.com", "192.0.2.1", "*.example.com"],
            DenyOut = ["198.51.100.0/24", "0.0.0.0/0", "ALL_TRAFFIC"],
        };

        update.RestoreInternet();

        Assert.True(update.AllowInternetAccess);
        Assert.Equal(["192.0.2.1"], update.AllowOut);
        Assert.Equal(["198.51.100.0/24"], update.DenyOut);
    }

    [Fact]
    public async Task A_proxy_whose_password_nobody_tells_is_not_lost_silently()
    {
        var handler = new FakeHandler(_ => Detail("""{"egressProxy":{"address":"proxy.example.com:1080","username":"me"}}"""));
        SandboxNetworkInfo network = (await Client.Sandbox(handler).GetInfoAsync(Token)).Network!;

        E2BInvalidArgumentException refused = Assert.Throws<E2BInvalidArgumentException>(() => network.ToUpdate());

        Assert.Contains("proxy.example.com:1080 as 'me'", refused.Message, StringComparison.Ordinal);
        Assert.Null(network.ToUpdate(keepEgressProxy: false).EgressProxy);
    }

    [Fact]
    public async Task A_sandbox_without_rules_has_none_and_a_list_does_not_know()
    {
        var handler = new FakeHandler(request => request.PathAndQuery.StartsWith("/v2", StringComparison.Ordinal) ? Answers.Json("[" + Text("null") + "]") : Detail("null"));
        using E2BClient client = Client.With(handler);

        Assert.Empty((await client.Sandboxes.GetAsync("sbx1", Token)).Network!.AllowOut);
        await foreach (SandboxInfo listed in client.Sandboxes.ListAsync(cancellationToken: Token))
        {
            Assert.Null(listed.Network);
        }
    }

    private static HttpResponseMessage Detail(string network) => Answers.Json(Text(network));

    private static string Text(string network) => $$"""
        {"templateID":"tpl1","sandboxID":"sbx1","clientID":"c","startedAt":"2026-01-02T03:04:05Z","endAt":"2026-01-02T03:09:05Z",
         "state":"running","envdVersion":"0.6.13","allowInternetAccess":false,"network":{{network}}}
        """;
}
