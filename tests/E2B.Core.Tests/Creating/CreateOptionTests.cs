using System.Text.Json.Nodes;

namespace E2B.Core.Tests.Creating;

/// <summary>Options of a create on the wire. tests/Conformance compares them with the official client's, too.</summary>
public class CreateOptionTests
{
    [Fact]
    public async Task The_network_is_sent_as_it_is_given_and_only_what_is_given()
    {
        JsonObject sent = await Body.OfCreateAsync(new SandboxCreateOptions
        {
            Network = new SandboxNetworkOptions
            {
                AllowOut = ["192.0.2.1", "192.0.2.0/24", "2001:db8::1", "example.com", "*.example.com", "*"],
                DenyOut = ["ALL_TRAFFIC", "10.0.0.5/8"],
                AllowPublicTraffic = false,
                MaskRequestHost = "localhost:${PORT}",
                HttpsPorts = [8443, 65535],
            },
        });
        Body.AssertJson(
            """
            {"allowOut":["192.0.2.1","192.0.2.0/24","2001:db8::1","example.com","*.example.com","*"],"denyOut":["0.0.0.0/0","10.0.0.5/8"],
             "allowPublicTraffic":false,"maskRequestHost":"localhost:${PORT}","httpsPorts":[8443,65535]}
            """,
            sent["network"]);

        sent = await Body.OfCreateAsync(new SandboxCreateOptions { Network = new SandboxNetworkOptions { AllowOut = [], AllowPublicTraffic = true } });
        Body.AssertJson("""{"allowOut":[],"allowPublicTraffic":true}""", sent["network"]);
        sent = await Body.OfCreateAsync(new SandboxCreateOptions());
        Assert.False(sent.ContainsKey("network") || sent.ContainsKey("iam") || sent.ContainsKey("mcp"));
    }

    [Fact]
    public async Task Rules_proxy_and_identity_tokens_are_sent()
    {
        JsonObject sent = await Body.OfCreateAsync(new SandboxCreateOptions
        {
            IdentityTokens = new Dictionary<string, SandboxIdentityToken> { ["aws"] = new("sts.amazonaws.com") },
            Network = new SandboxNetworkOptions
            {
                Rules = new Dictionary<string, IReadOnlyList<SandboxNetworkRule>>
                {
                    ["api.example.com"] =
                    [
                        new SandboxNetworkRule(new Dictionary<string, string> { ["Authorization"] = $"Bearer {SandboxIdentityToken.Placeholder("aws")}" }),
                    ],
                    ["*.example.org"] = [],
                },
                EgressProxy = new SandboxEgressProxy("proxy.example.com:1080", "me", "canary-password"),
            },
        });

        Body.AssertJson(
            """
            {"rules":{"api.example.com":[{"transform":{"headers":{"Authorization":"Bearer ${e2b.identity.tokens.aws}"}}}],"*.example.org":[]},
             "egressProxy":{"address":"proxy.example.com:1080","username":"me","password":"canary-password"}}
            """,
            sent["network"]);
        Body.AssertJson("""{"tokens":{"aws":{"audience":"sts.amazonaws.com","tokenType":"JWT-SVID"}}}""", sent["iam"]);
    }

    [Theory]
    [InlineData(null, null, null, "{}")]
    [InlineData(SandboxTimeoutAction.Kill, null, false, """{"autoPause":false,"autoResume":{"enabled":false}}""")]
    [InlineData(SandboxTimeoutAction.Pause, null, null, """{"autoPause":true}""")]
    [InlineData(SandboxTimeoutAction.Pause, true, true, """{"autoPause":true,"autoPauseMemory":true,"autoResume":{"enabled":true}}""")]
    [InlineData(SandboxTimeoutAction.Pause, false, null, """{"autoPause":true,"autoPauseMemory":false}""")]
    public async Task The_end_of_life_is_left_to_the_service_unless_it_is_chosen(SandboxTimeoutAction? action, bool? keepMemory, bool? autoResume, string expected)
    {
        JsonObject sent = await Body.OfCreateAsync(new SandboxCreateOptions { OnTimeout = action, KeepMemory = keepMemory, AutoResume = autoResume });

        var chosen = new JsonObject(sent.Where(pair => pair.Key.StartsWith("auto", StringComparison.Ordinal)).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
        Body.AssertJson(expected, chosen);
    }

    [Fact]
    public async Task Names_without_internet_access_are_denied_all_else_in_the_list_too()
    {
        JsonObject sent = await Body.OfCreateAsync(new SandboxCreateOptions
        {
            AllowInternetAccess = false,
            Network = new SandboxNetworkOptions { AllowOut = ["example.com"] },
        });

        Body.AssertJson("""{"allowOut":["example.com"],"denyOut":["0.0.0.0/0"]}""", sent["network"]);
        Assert.False((bool)sent["allow_internet_access"]!);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.0.0.0/8")]
    [InlineData("::")]
    [InlineData("::/0")]
    [InlineData("1")]
    [InlineData("1.2.3")]
    [InlineData("256.1.1.1")]
    [InlineData("010.0.0.1")]
    [InlineData("1.2.3.4/33")]
    [InlineData("1.2.3.4/")]
    [InlineData("1.2.3.4/8/8")]
    [InlineData("2001:db8::/129")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("https://example.com")]
    [InlineData("example.com:443")]
    [InlineData("example.com/path")]
    [InlineData("a.*.com")]
    [InlineData("exa mple.com")]
    [InlineData("grüße.example")]
    [InlineData("")]
    [InlineData(null)]
    public async Task What_is_no_destination_is_refused_in_either_list(string? entry)
    {
        string allowed = await Body.RefusalOfAsync(Network(n => (n.AllowOut, n.DenyOut) = ([entry!], ["0.0.0.0/0"])));
        string denied = await Body.RefusalOfAsync(Network(n => n.DenyOut = [entry!]));

        Assert.Contains($"'{entry}'", allowed, StringComparison.Ordinal);
        Assert.Contains($"'{entry}'", denied, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_are_not_denied_and_not_allowed_unless_all_else_is_denied()
    {
        Assert.Contains("Deny ALL_TRAFFIC", await Body.RefusalOfAsync(Network(n => n.DenyOut = ["example.com"])), StringComparison.Ordinal);
        Assert.Contains("Deny ALL_TRAFFIC", await Body.RefusalOfAsync(Network(n => n.AllowOut = ["example.com"])), StringComparison.Ordinal);
        Assert.Contains("Deny ALL_TRAFFIC", await Body.RefusalOfAsync(Network(n => (n.AllowOut, n.DenyOut) = (["example.com"], ["10.0.0.0/8"]))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65536)]
    [InlineData(49983)]
    public async Task A_port_that_cannot_speak_HTTPS_is_refused(int port) =>
        Assert.Contains($"{port} cannot be", await Body.RefusalOfAsync(Network(n => n.HttpsPorts = [8443, port])), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("local host")]
    [InlineData("localhost:")]
    [InlineData("localhost:0")]
    [InlineData("localhost:65536")]
    [InlineData("http://localhost")]
    [InlineData("grüße.example")]
    [InlineData("localhost:${port}")]
    [InlineData("a\r\nX-Other: b")]
    public async Task A_host_that_is_none_is_refused(string mask) =>
        Assert.Contains("${PORT}", await Body.RefusalOfAsync(Network(n => n.MaskRequestHost = mask)), StringComparison.Ordinal);

    [Theory]
    [InlineData("localhost")]
    [InlineData("${PORT}-my.example.com")]
    [InlineData("127.0.0.1:${PORT}")]
    [InlineData("[::1]:8080")]
    [InlineData("[::1]")]
    public async Task A_host_is_sent_as_it_is(string mask) =>
        Assert.Equal(mask, (string)(await Body.OfCreateAsync(Network(n => n.MaskRequestHost = mask)))["network"]!["maskRequestHost"]!);

    [Fact]
    public async Task Options_that_cannot_be_are_refused_with_what_to_do()
    {
        (SandboxCreateOptions Options, string Said)[] cases =
        [
            (new() { Template = "" }, "template is empty"),
            (new() { Template = " " }, "template is empty"),
            (new() { Timeout = TimeSpan.Zero }, "cannot live"),
            (new() { Timeout = TimeSpan.FromSeconds(-1) }, "cannot live"),
            (new() { OnTimeout = (SandboxTimeoutAction)7 }, "Kill and Pause"),
            (new() { Secure = false, Network = new() { AllowPublicTraffic = false } }, "Leave Secure on"),
            (new() { Metadata = new Dictionary<string, string> { [""] = "a" } }, "label"),
            (new() { Metadata = new Dictionary<string, string> { ["a"] = null! } }, "'a'"),
            (new() { Environment = new Dictionary<string, string> { ["A=B"] = "c" } }, "'A=B'"),
            (new() { Environment = new Dictionary<string, string> { [""] = "c" } }, "name of an environment variable"),
            (new() { Environment = new Dictionary<string, string> { ["A"] = "b\0c" } }, "variable A"),
            (new() { VolumeMounts = new Dictionary<string, string> { ["data"] = "v" } }, "'data'"),
            (new() { VolumeMounts = new Dictionary<string, string> { ["/"] = "v" } }, "'/'"),
            (new() { VolumeMounts = new Dictionary<string, string> { ["/a/../b"] = "v" } }, "'/a/../b'"),
            (new() { VolumeMounts = new Dictionary<string, string> { ["/a/"] = "v" } }, "'/a/'"),
            (new() { VolumeMounts = new Dictionary<string, string> { ["/a"] = "" } }, "for /a"),
            (new() { IdentityTokens = new Dictionary<string, SandboxIdentityToken> { ["a}b"] = new("x") } }, "'a}b'"),
            (new() { IdentityTokens = new Dictionary<string, SandboxIdentityToken> { ["a"] = new("") } }, "audience"),
            (Rule("*", "A", "b"), "'*'"),
            (Rule("https://example.com", "A", "b"), "'https://example.com'"),
            (Rule("example.com", "A B", "b"), "'A B'"),
            (Rule("example.com", "A", "canary\r\n"), "header A"),
            (Rule("example.com", "A", "${e2b.identity.tokens.aws}"), "'aws'"),
        ];
        foreach ((SandboxCreateOptions options, string said) in cases)
        {
            string refusal = await Body.RefusalOfAsync(options);
            Assert.Contains(said, refusal, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", refusal, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("proxy.example.com", null, null)]
    [InlineData("proxy.example.com:0", null, null)]
    [InlineData("proxy.example.com:65536", null, null)]
    [InlineData("socks5://me:canary@proxy.example.com:1080", null, null)]
    [InlineData(":1080", null, null)]
    [InlineData("::1:1080", null, null)]
    [InlineData("proxy.example.com:1080", null, "canary")]
    public void A_proxy_that_cannot_be_is_refused(string address, string? username, string? password)
    {
        E2BInvalidArgumentException refused = Assert.Throws<E2BInvalidArgumentException>(() => new SandboxEgressProxy(address, username, password));
        Assert.DoesNotContain("canary", refused.ToString(), StringComparison.Ordinal);
        Assert.Throws<E2BInvalidArgumentException>(() => new SandboxEgressProxy("a:1", new string('ä', 128)));
        Assert.Equal("[::1]:1080", new SandboxEgressProxy("[::1]:1080").Address);
    }

    [Fact]
    public void Secrets_of_the_network_are_in_no_public_property_and_no_text()
    {
        object[] holders =
        [
            new SandboxEgressProxy("a:1", "me", "canary"),
            new SandboxNetworkRule(new Dictionary<string, string> { ["Authorization"] = "canary" }),
        ];
        foreach (object holder in holders)
        {
            Assert.DoesNotContain("canary", holder + System.Text.Json.JsonSerializer.Serialize(holder), StringComparison.Ordinal);
        }
    }

    private static SandboxCreateOptions Network(Action<SandboxNetworkOptions> set)
    {
        var network = new SandboxNetworkOptions();
        set(network);
        return new SandboxCreateOptions { Network = network };
    }

    private static SandboxCreateOptions Rule(string host, string name, string value) => Network(n => n.Rules =
        new Dictionary<string, IReadOnlyList<SandboxNetworkRule>> { [host] = [new SandboxNetworkRule(new Dictionary<string, string> { [name] = value })] });
}
