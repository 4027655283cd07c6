using System.Net;
using System.Text.Json.Nodes;
using E2B.LocalServer.Network;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

/// <summary>What is asked of a sandbox's network, at its making and later.</summary>
public sealed class NetworkOptionTests
{
    [Theory]
    [InlineData("", "", "", "")]
    [InlineData(""","allow_internet_access":true""", "", "", "")]
    [InlineData(""","allow_internet_access":false""", "", "", "0.0.0.0/0")]
    [InlineData(""","network":{"denyOut":["8.8.8.8","1.0.0.0/8"]}""", "", "", "8.8.8.8/32 1.0.0.0/8")]
    [InlineData(""","network":{"denyOut":["2001:db8::/32"]}""", "", "", "")]
    [InlineData(""","network":{"allowOut":["8.8.8.8"],"denyOut":["0.0.0.0/0"]}""", "8.8.8.8/32", "", "0.0.0.0/0")]
    [InlineData(""","network":{"allowOut":["1.2.3.4/16","*.example.com","example.org"],"denyOut":["0.0.0.0/0"]}""", "1.2.0.0/16", "*.example.com example.org", "0.0.0.0/0")]
    [InlineData(""","network":{"allowOut":["8.8.8.8"],"denyOut":["9.9.9.9"]},"allow_internet_access":false""", "8.8.8.8/32", "", "0.0.0.0/0")]
    public async Task The_rules_reach_the_host_before_anybody_has_the_sandbox(string options, string allowed, string names, string denied)
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode? initAtThatTime = null;
        server.Host.BeforeEgress = _ => initAtThatTime = server.Host.Only.Init;

        await server.CreateAsync(options);

        EgressPolicy policy = server.Host.Only.Egress!;
        Assert.Equal(allowed, string.Join(' ', policy.Allowed));
        Assert.Equal(names, string.Join(' ', policy.AllowedNames));
        Assert.Equal(denied, string.Join(' ', policy.Denied));
        Assert.Null(initAtThatTime);
    }

    [Theory]
    [InlineData(""" "denyOut":["example.com"] """, "invalid denied CIDR example.com")]
    [InlineData(""" "denyOut":["0.0.0.0"] """, "invalid denied CIDR 0.0.0.0")]
    [InlineData(""" "denyOut":["::/0"] """, "invalid denied CIDR ::/0")]
    [InlineData(""" "denyOut":["1.2.3.4/33"] """, "invalid denied CIDR 1.2.3.4/33")]
    [InlineData(""" "denyOut":[null] """, "invalid denied CIDR ")]
    [InlineData(""" "allowOut":["0.0.0.0"] """, "invalid allowed address 0.0.0.0")]
    [InlineData(""" "allowOut":["2001:db8::1"] """, "no IPv6")]
    [InlineData(""" "allowOut":["https://example.com"],"denyOut":["0.0.0.0/0"] """, "https://example.com")]
    [InlineData(""" "allowOut":["exa mple.com"],"denyOut":["0.0.0.0/0"] """, "exa mple.com")]
    [InlineData(""" "allowOut":["a.*.com"],"denyOut":["0.0.0.0/0"] """, "a.*.com")]
    [InlineData(""" "allowOut":["example.com:443"],"denyOut":["0.0.0.0/0"] """, "example.com:443")]
    [InlineData(""" "allowOut":["1.2.3.4/33"],"denyOut":["0.0.0.0/0"] """, "1.2.3.4/33")]
    [InlineData(""" "allowOut":[null],"denyOut":["0.0.0.0/0"] """, "invalid entry")]
    [InlineData(""" "allowOut":["example.com"] """, "you must include 'ALL_TRAFFIC' in deny out")]
    [InlineData(""" "allowOut":["example.com"],"denyOut":["1.0.0.0/8"] """, "you must include 'ALL_TRAFFIC' in deny out")]
    [InlineData(""" "allowOut":"example.com" """, "allowOut")]
    public async Task Rules_that_make_no_sense_are_400_at_making_and_later(string rules, string message)
    {
        await using TestServer server = await TestServer.StartAsync();
        Answer made = await server.ApiAsync("POST", "/sandboxes", $$"""{"templateID":"base","secure":true,"network":{ {{rules}} } }""");
        Assert.Equal(HttpStatusCode.BadRequest, made.Status);
        Assert.Contains(message, made.Message, StringComparison.Ordinal);
        Assert.Empty(server.Host.All);

        string id = await server.CreateAsync();
        EgressPolicy before = server.Host.Only.Egress!;
        Answer updated = await server.ApiAsync("PUT", $"/sandboxes/{id}/network", $$"""{ {{rules}} }""");
        Assert.Equal(HttpStatusCode.BadRequest, updated.Status);
        Assert.Contains(message, updated.Message, StringComparison.Ordinal);
        Assert.Same(before, server.Host.Only.Egress);
    }

    [Theory]
    [InlineData(""" "maskRequestHost":"a b" """, "mask request host is not valid: a b")]
    [InlineData(""" "maskRequestHost":"a\r\nX: y" """, "mask request host is not valid")]
    [InlineData(""" "maskRequestHost":"a:b:c" """, "mask request host is not valid: a:b:c")]
    [InlineData(""" "maskRequestHost":"bücher.example" """, "is not ASCII")]
    [InlineData(""" "httpsPorts":[49983] """, "49983")]
    [InlineData(""" "httpsPorts":[0] """, "httpsPorts")]
    public async Task So_are_bad_ones_for_traffic_into_it(string options, string message)
    {
        await using TestServer server = await TestServer.StartAsync();
        Answer made = await server.ApiAsync("POST", "/sandboxes", $$"""{"templateID":"base","secure":true,"network":{ {{options}} } }""");

        Assert.Equal(HttpStatusCode.BadRequest, made.Status);
        Assert.Contains(message, made.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restricted_ports_want_a_secure_sandbox_and_have_a_token()
    {
        await using TestServer server = await TestServer.StartAsync();
        Answer refused = await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base","network":{"allowPublicTraffic":false}}""");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("'secure' flag", refused.Message, StringComparison.Ordinal);

        Answer made = await server.ApiAsync("POST", "/v2/sandboxes", """{"templateID":"base","network":{"allowPublicTraffic":false}}""");
        string token = (string)made.Json!["trafficAccessToken"]!;
        Assert.Matches("^[0-9a-f]{64}$", token);
        Assert.NotEqual((string)made.Json["envdAccessToken"]!, token);

        string id = (string)made.Json["sandboxID"]!;
        Answer connected = await server.ApiAsync("POST", $"/v2/sandboxes/{id}/connect", """{"timeout":300}""");
        Assert.Equal(token, (string)connected.Json!["trafficAccessToken"]!);

        Answer open = await server.ApiAsync("POST", "/v2/sandboxes", """{"templateID":"base"}""");
        Assert.Null(open.Json!["trafficAccessToken"]);
        Answer other = await server.ApiAsync("POST", "/v2/sandboxes", """{"templateID":"base","network":{"allowPublicTraffic":false}}""");
        Assert.NotEqual(token, (string)other.Json!["trafficAccessToken"]!);
    }

    [Fact]
    public async Task What_was_asked_can_be_read()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync(""","allow_internet_access":true,"network":{"allowOut":["example.com"],"denyOut":["0.0.0.0/0"],"allowPublicTraffic":true,"maskRequestHost":"localhost:${PORT}","httpsPorts":[8443]}""");

        JsonNode detail = (await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!;

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"allowOut":["example.com"],"denyOut":["0.0.0.0/0"],"allowPublicTraffic":true,"maskRequestHost":"localhost:${PORT}","httpsPorts":[8443]}"""),
            detail["network"]));
        Assert.Null((await server.ApiAsync("GET", $"/sandboxes/{await server.CreateAsync()}")).Json!["network"]);
    }

    [Fact]
    public async Task An_update_replaces_the_rules_for_traffic_out_and_those_only()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync(""","allow_internet_access":false,"network":{"denyOut":["9.9.9.9"],"maskRequestHost":"a.example"}""");

        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("PUT", $"/sandboxes/{id}/network", """{"allowOut":["8.8.8.8"]}""")).Status);
        Assert.Equal("8.8.8.8/32", string.Join(' ', server.Host.Only.Egress!.Allowed));
        Assert.Empty(server.Host.Only.Egress!.Denied);
        JsonNode detail = (await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"allowOut":["8.8.8.8"],"maskRequestHost":"a.example"}"""), detail["network"]));
        Assert.Null(detail["allowInternetAccess"]);

        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("PUT", $"/sandboxes/{id}/network", """{"allow_internet_access":false,"rules":{}}""")).Status);
        Assert.Equal("0.0.0.0/0", string.Join(' ', server.Host.Only.Egress!.Denied));
        Assert.False((bool)(await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["allowInternetAccess"]!);
    }

    [Fact]
    public async Task An_update_of_none_is_404_and_of_a_paused_one_409()
    {
        await using TestServer server = await TestServer.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("PUT", "/sandboxes/inobody/network", "{}")).Status);

        string id = await server.CreateAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("POST", $"/sandboxes/{id}/pause")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await server.ApiAsync("PUT", $"/sandboxes/{id}/network", "{}")).Status);
    }

    [Theory]
    [InlineData("""{"rules":{"a.example":[{}]}}""", "network.rules")]
    [InlineData("""{"egressProxy":{"address":"a:1"}}""", "network.egressProxy")]
    [InlineData("""{"somethingNew":true}""", "network.somethingNew")]
    public async Task What_an_update_would_not_do_is_501_and_named(string body, string name)
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        Answer answer = await server.ApiAsync("PUT", $"/sandboxes/{id}/network", body);

        Assert.Equal(HttpStatusCode.NotImplemented, answer.Status);
        Assert.Contains(name, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_that_the_host_cannot_enforce_are_501_and_nothing_is_left()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Host.BeforeEgress = policy => _ = policy.Denied.Count > 0 ? throw new NotSupportedException("no walls here") : policy;

        Answer made = await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base","allow_internet_access":false}""");
        Assert.Equal(HttpStatusCode.NotImplemented, made.Status);
        Assert.Contains("no walls here", made.Message, StringComparison.Ordinal);
        await server.Host.Only.Disposed.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Empty((await server.ApiAsync("GET", "/v2/sandboxes")).Json!.AsArray());

        string id = await server.CreateAsync();
        Assert.Equal(HttpStatusCode.NotImplemented, (await server.ApiAsync("PUT", $"/sandboxes/{id}/network", """{"denyOut":["9.9.9.9"]}""")).Status);
        Assert.Null((await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["network"]);
    }

    [Fact]
    public async Task A_sandbox_started_anew_from_its_files_has_its_rules_again()
    {
        await using TestServer server = await TestServer.StartAsync();
        Answer made = await server.ApiAsync("POST", "/v2/sandboxes", """{"templateID":"base","network":{"allowPublicTraffic":false}}""");
        string id = (string)made.Json!["sandboxID"]!;
        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("PUT", $"/sandboxes/{id}/network", """{"denyOut":["9.9.9.9"]}""")).Status);

        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("POST", $"/sandboxes/{id}/pause", """{"memory":false}""")).Status);
        Answer resumed = await server.ApiAsync("POST", $"/v2/sandboxes/{id}/connect", """{"timeout":300}""");

        FakeSandbox second = server.Host.All.Single(one => !one.Disposed.IsCompleted);
        Assert.Equal("9.9.9.9/32", string.Join(' ', second.Egress!.Denied));
        Assert.Equal((string)made.Json["trafficAccessToken"]!, (string)resumed.Json!["trafficAccessToken"]!);
    }
}
