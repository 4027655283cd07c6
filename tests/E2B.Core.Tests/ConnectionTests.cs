using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

public class ConnectionTests
{
    private const string OtherKey = "e2b_ffffffffffffffffffffffffffffffffffffffff";

    [Theory]
    [InlineData(null, null, "https://api.e2b.app/")]
    [InlineData(null, "E2B_DOMAIN=env.example", "https://api.env.example/")]
    [InlineData("domain", "E2B_DOMAIN=env.example", "https://api.option.example/")]
    [InlineData("domain", "E2B_API_URL=https://env.example:8443", "https://env.example:8443/")]
    [InlineData("url", "E2B_API_URL=https://env.example", "https://option.example/")]
    [InlineData(null, "E2B_DEBUG=true", "http://localhost:3000/")]
    [InlineData(null, "E2B_DEBUG=TRUE", "http://localhost:3000/")]
    [InlineData(null, "E2B_DEBUG=1", "https://api.e2b.app/")]
    [InlineData("nodebug", "E2B_DEBUG=true", "https://api.e2b.app/")]
    [InlineData("debug", "E2B_API_URL=http://127.0.0.1:9", "http://127.0.0.1:9/")]
    [InlineData(null, "E2B_DOMAIN=", "https://api.e2b.app/")]
    public void ApiUrl_comes_from_options_then_environment_then_defaults(string? option, string? variable, string expected)
    {
        E2BConnectionOptions options = Environment(variable);
        options = option switch
        {
            "domain" => options with { Domain = "option.example" },
            "url" => options with { ApiUrl = new Uri("https://option.example") },
            "debug" => options with { Debug = true },
            "nodebug" => options with { Debug = false },
            _ => options,
        };

        Assert.Equal(expected, E2BConnection.Resolve(options).ApiUrl.ToString());
    }

    [Theory]
    [InlineData("", null, "https://sandbox.e2b.app/")]
    [InlineData("E2B_DOMAIN=e2b.dev", null, "https://sandbox.e2b.dev/")]
    [InlineData("E2B_DOMAIN=own.example", null, "https://49983-sbx.own.example/")]
    [InlineData("", "cluster.example", "https://49983-sbx.cluster.example/")]
    [InlineData("E2B_DEBUG=true", null, "http://localhost:49983/")]
    [InlineData("E2B_SANDBOX_URL=http://127.0.0.1:3001", "cluster.example", "http://127.0.0.1:3001/")]
    public void The_daemon_is_where_the_official_clients_look_for_it(string variable, string? domain, string expected) =>
        Assert.Equal(expected, E2BConnection.Resolve(Environment(variable)).GetDaemonUrl("sbx", domain).ToString());

    [Fact]
    public void An_option_for_the_sandbox_url_wins_over_the_environment()
    {
        E2BConnectionOptions options = Environment("E2B_SANDBOX_URL=http://env.example") with { SandboxUrl = new Uri("http://option.example") };

        Assert.Equal("http://option.example/", E2BConnection.Resolve(options).GetDaemonUrl("sbx", null).ToString());
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData(null, "E2B_API_KEY=" + OtherKey, true)]
    [InlineData(Client.ApiKey, "E2B_API_KEY=malformed", true)]
    public void The_key_of_the_options_wins_over_that_of_the_environment(string? option, string? variable, bool expected) =>
        Assert.Equal(expected, E2BConnection.Resolve(Environment(variable) with { ApiKey = option }).HasApiKey);

    [Theory]
    [InlineData("sk-123456789")]
    [InlineData("e2b_")]
    [InlineData("e2b_XYZ")]
    [InlineData("e2b_0123456789ABCDEF")]
    [InlineData("e2b_01 23")]
    public void A_malformed_key_is_refused_and_not_shown(string key)
    {
        var error = Assert.Throws<E2BAuthenticationException>(() => E2BConnection.Resolve(Client.Options with { ApiKey = key }));

        Assert.DoesNotContain(key.Length > 4 ? key : "never there", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "E2B_VALIDATE_API_KEY=false", true)]
    [InlineData(null, "E2B_VALIDATE_API_KEY=False", true)]
    [InlineData(null, "E2B_VALIDATE_API_KEY=0", false)]
    [InlineData(false, null, true)]
    [InlineData(true, "E2B_VALIDATE_API_KEY=false", false)]
    public void The_check_of_the_key_can_be_switched_off(bool? option, string? variable, bool accepted)
    {
        E2BConnectionOptions options = Environment(variable) with { ApiKey = "own-form", ValidateApiKey = option };

        if (accepted)
        {
            Assert.True(E2BConnection.Resolve(options).HasApiKey);
        }
        else
        {
            Assert.Throws<E2BAuthenticationException>(() => E2BConnection.Resolve(options));
        }
    }

    [Fact]
    public void A_key_with_a_line_break_is_refused_even_without_the_check()
    {
        E2BConnectionOptions options = Client.Options with { ApiKey = "key\r\nX-Other: 1", ValidateApiKey = false };

        Assert.Throws<E2BAuthenticationException>(() => E2BConnection.Resolve(options));
    }

    [Theory]
    [InlineData("E2B_API_URL=localhost:3000")]
    [InlineData("E2B_API_URL=ftp://x")]
    [InlineData("E2B_SANDBOX_URL=/tmp")]
    [InlineData("E2B_DOMAIN=https://e2b.app")]
    public void A_malformed_address_is_refused(string variable) =>
        Assert.Throws<E2BInvalidArgumentException>(() => E2BConnection.Resolve(Environment(variable)));

    [Fact]
    public void A_negative_request_timeout_is_refused() => Assert.Throws<E2BInvalidArgumentException>(
        () => E2BConnection.Resolve(Client.Options with { RequestTimeout = TimeSpan.FromSeconds(-1) }));

    [Fact]
    public void The_request_timeout_is_60_seconds_unless_said() =>
        Assert.Equal(TimeSpan.FromSeconds(60), E2BConnection.Resolve(Client.Options).RequestTimeout);

    [Fact]
    public void Nothing_shown_holds_a_secret()
    {
        E2BConnectionOptions options = Client.Options with { AccessToken = "account-token-1234" };
        var connection = E2BConnection.Resolve(options);
        using var client = new E2BClient(connection);
        Sandbox sandbox = client.Sandboxes.Attach("sbx", new SandboxAccess { AccessToken = Client.AccessToken });

        string shown = string.Join('\n', new object[] { options, connection, client, sandbox, connection.UserAgent }
            .SelectMany(o => o.GetType().GetProperties().Where(p => o is not E2BConnectionOptions && p.GetIndexParameters().Length == 0)
                .Select(p => p.GetValue(o)?.ToString()).Append(o.ToString())));

        Assert.DoesNotContain(Client.ApiKey, shown, StringComparison.Ordinal);
        Assert.DoesNotContain("account-token-1234", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Client.AccessToken, shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:3000")]
    [InlineData("http://localhost:3000")]
    [InlineData("http://49983-sbx.localhost:3000")]
    [InlineData("http://[::1]:3000")]
    public void The_systems_proxy_is_not_asked_for_this_machine(string url)
    {
        var proxy = new Transport.SystemProxy();

        Assert.True(proxy.IsBypassed(new Uri(url)));
        Assert.Null(proxy.GetProxy(new Uri(url)));
    }

    [Fact]
    public void A_proxys_credentials_are_taken_out_of_its_address()
    {
        var connection = E2BConnection.Resolve(Client.Options with { ProxyUri = new Uri("http://me:s%40cret@proxy.example:8080") });

        var credentials = connection.Proxy!.Credentials!.GetCredential(new Uri("http://proxy.example:8080"), "Basic")!;
        Assert.Equal("me", credentials.UserName);
        Assert.Equal("s@cret", credentials.Password);
    }

    [Fact]
    public async Task A_proxys_password_is_in_no_error()
    {
        await using var proxy = new FakeServer(async (_, exchange) =>
            await exchange.WriteAsync("HTTP/1.1 407 X\r\nContent-Length: 0\r\n\r\n"u8.ToArray()));
        using var client = new E2BClient(Client.Options with { ProxyUri = new UriBuilder(proxy.Url) { UserName = "me", Password = "proxy-password" }.Uri });

        var error = await Assert.ThrowsAnyAsync<E2BException>(() => client.Sandboxes.GetAsync("sbx1", TestContext.Current.CancellationToken));

        Assert.NotNull(error.InnerException);
        Assert.DoesNotContain("proxy-password", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("proxy-password", string.Join(' ', client.Connection.Settings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_in_a_url_is_refused_and_not_repeated()
    {
        var error = Assert.Throws<E2BInvalidArgumentException>(
            () => E2BConnection.Resolve(Client.Options with { ApiUrl = new Uri("https://me:url-password@api.example.org") }));

        Assert.DoesNotContain("url-password", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_value_tells_where_it_came_from()
    {
        E2BConnectionOptions options = Environment("E2B_API_KEY=e2b_00;E2B_DOMAIN=example.org;E2B_SANDBOX_URL=https://s.example.org") with
        {
            RequestTimeout = TimeSpan.FromSeconds(5),
            Proxy = new System.Net.WebProxy("http://proxy.example:8080"),
            ValidateApiKey = true,
            Profile = "work",
            Origins = new Dictionary<string, string> { ["Profile"] = "a file", ["ValidateApiKey"] = "somebody" },
        };

        Assert.Equal(
            [
                new E2BSetting("Profile", "work", "a file"),
                new E2BSetting("Project", "not set", ""),
                new E2BSetting("ApiKey", "set", "E2B_API_KEY"),
                new E2BSetting("AccessToken", "not set", ""),
                new E2BSetting("Domain", "example.org", "E2B_DOMAIN"),
                new E2BSetting("ApiUrl", "https://api.example.org", "from the domain"),
                new E2BSetting("SandboxUrl", "https://s.example.org", "E2B_SANDBOX_URL"),
                new E2BSetting("Debug", "off", "default"),
                new E2BSetting("ValidateApiKey", "on", "somebody"),
                new E2BSetting("Proxy", "http://proxy.example:8080", "option"),
                new E2BSetting("RequestTimeout", "5 s", "option"),
            ],
            E2BConnection.Resolve(options).Settings);
    }

    [Fact]
    public async Task The_account_is_asked_with_its_token_and_not_with_the_key()
    {
        var handler = new FakeHandler(_ => Answers.Json("""[{"teamID":"t1","name":"One","apiKey":"e2b_abcdef01","isDefault":true}]"""));
        using E2BClient client = Client.With(handler, o => o with { AccessToken = "account-token-1234" });

        E2BProject project = Assert.Single(await client.Account.ListProjectsAsync(TestContext.Current.CancellationToken));

        Assert.Equal(("t1", "One", true), (project.Id, project.Name, project.IsDefault));
        Assert.Equal("/teams", handler.Only.PathAndQuery);
        Assert.Equal("Bearer account-token-1234", handler.Only.Headers["Authorization"]);
        Assert.DoesNotContain("X-API-KEY", handler.Only.Headers.Keys);
        Assert.Equal("e2b_abcdef01", project.ToConnectionOptions().ApiKey);
        Assert.DoesNotContain("abcdef01", System.Text.Json.JsonSerializer.Serialize(project) + project, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_there_are_no_projects_and_the_error_says_who_signs_in()
    {
        using E2BClient client = Client.With(new FakeHandler(_ => Answers.Json("[]")));

        var error = await Assert.ThrowsAsync<E2BAuthenticationException>(() => client.Account.ListProjectsAsync(TestContext.Current.CancellationToken));

        Assert.Contains("run e2b auth login", error.Message, StringComparison.Ordinal);
    }

    private static E2BConnectionOptions Environment(string? variables)
    {
        var map = (variables ?? string.Empty).Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        return new E2BConnectionOptions { Environment = name => map.GetValueOrDefault(name) };
    }
}
