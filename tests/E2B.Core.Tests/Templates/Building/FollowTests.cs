using System.Globalization;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests.Templates.Building;

/// <summary>Following builds: the whole log once and in order, failures with their place, broken connections.</summary>
public class FollowTests
{
    private static readonly Template _definition = Template
        .FromImage("example.org/app:1", TemplateRegistry.ForUser("me", "a-registry-password"))
        .Run("true")
        .Run("make it")
        .SetStart("serve", ReadyCheck.ForPort(80));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(350)]
    public async Task All_of_the_log_comes_once_and_in_order_though_it_ends_after_the_build(int count)
    {
        using var service = new FakeTemplateService { Status = "building" };
        service.Asked = asked =>
        {
            if (asked == 1)
            {
                for (int i = 0; i < count; i++)
                {
                    service.Say("line " + i.ToString(CultureInfo.InvariantCulture));
                }

                service.End("ready");
            }
        };
        using E2BClient client = service.Client();

        List<string> told = await MessagesAsync(client.Templates.FollowBuildAsync("my-app", "b1", cancellationToken: Token));

        Assert.Equal(Enumerable.Range(0, count).Select(i => "line " + i.ToString(CultureInfo.InvariantCulture)), told);
    }

    [Fact]
    public async Task A_failure_names_the_step_its_line_the_reason_and_the_end_of_the_log()
    {
        using var service = new FakeTemplateService();
        service.Say("[builder 1/2] RUN true [aa]", step: "1").Say("[builder 2/2] RUN make it [bb]", step: "2");
        for (int i = 0; i < 20; i++)
        {
            service.Say($"step two says {i}", "error", "2");
        }

        service.Say("something of no step");
        service.Asked = _ => service.End("error", "failed to run command 'make it': exit status 2", "2");
        using E2BClient client = service.Client();
        var log = new Recorder<TemplateBuildLogEntry>();

        var error = await Assert.ThrowsAsync<TemplateBuildException>(() => client.Templates.BuildAsync(_definition, new() { Name = "my-app" }, log, Token));

        Assert.Equal(23, log.Count);
        Assert.Equal(("tpl1", "b1", "2", "RUN make it"), (error.TemplateId, error.BuildId, error.FailedStep, error.Instruction));
        Assert.Equal("failed to run command 'make it': exit status 2", error.Reason);
        Assert.Equal((nameof(FollowTests) + ".cs", _definition.Steps[1].Origin!.Line), (Path.GetFileName(error.Origin!.File), error.Origin.Line));
        Assert.All(error.Log, entry => Assert.Equal("2", entry.Step));
        Assert.Contains($"'my-app' failed at step 2 of 2, RUN make it ({error.Origin}): failed to run command 'make it': exit status 2.", error.Message, StringComparison.Ordinal);
        Assert.Contains("step two says 19", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("step two says 9\n", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("base", "FROM example.org/app:1")]
    [InlineData("finalize", "the start command 'serve'")]
    public async Task A_failure_before_or_after_the_steps_names_what_was_written_there(string step, string instruction)
    {
        using var service = new FakeTemplateService();
        service.Asked = _ => service.End("error", "no", step);
        using E2BClient client = service.Client();

        var error = await Assert.ThrowsAsync<TemplateBuildException>(() => client.Templates.BuildAsync(_definition, new() { Name = "my-app" }, cancellationToken: Token));

        Assert.Equal(instruction, error.Instruction);
        Assert.NotNull(error.Origin);
        Assert.Contains(instruction, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registrys_password_is_in_no_entry_and_no_error()
    {
        using var service = new FakeTemplateService();
        service.Say("pulling as me:a-registry-password").Say("Authorization: Basic " + Convert.ToBase64String("me:a-registry-password"u8));
        service.Asked = _ => service.End("error", "cannot pull with a-registry-password", "base");
        using E2BClient client = service.Client();
        var log = new Recorder<TemplateBuildLogEntry>();

        var error = await Assert.ThrowsAsync<TemplateBuildException>(() => client.Templates.BuildAsync(_definition, new() { Name = "my-app" }, log, Token));

        Assert.Equal("pulling as me:***", log[0].Message);
        Assert.Equal("Authorization: Basic ***", log[1].Message);
        Assert.DoesNotContain("a-registry-password", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("a-registry-password", (string?)service.Started["fromImageRegistry"]!["password"]);
    }

    [Fact]
    public async Task A_service_accounts_key_is_in_no_entry_and_the_other_words_of_its_file_are()
    {
        const string Key = "MIIEvQIBADANBgkq+hkiG9w0BAQEFAASC/BKcwggSj";
        string account = $$"""{ "type": "service_account", "token_uri": "https://oauth2.googleapis.com/token", "private_key": "-----BEGIN PRIVATE KEY-----\n{{Key}}\n-----END PRIVATE KEY-----\n" }""";
        Template definition = Template.FromImage("gcr.io/me/app", TemplateRegistry.ForGoogle(account)).Run("true");
        using var service = new FakeTemplateService();
        service.Say("type: get a token for me from https://example.org").Say("the file is " + account);
        service.Asked = _ => service.End("error", "cannot sign in with " + Key, "base");
        using E2BClient client = service.Client();
        var log = new Recorder<TemplateBuildLogEntry>();

        var error = await Assert.ThrowsAsync<TemplateBuildException>(() => client.Templates.BuildAsync(definition, new() { Name = "my-app" }, log, Token));

        Assert.Equal("type: get a token for me from https://example.org", log[0].Message);
        Assert.DoesNotContain("MIIEvQ", log[1].Message + error, StringComparison.Ordinal);
        Assert.DoesNotContain("BKcwggSj", log[1].Message + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_connections_key_is_not_in_the_reason()
    {
        using var service = new FakeTemplateService();
        using E2BClient client = service.Client();
        service.Asked = _ => service.End("error", $"refused {client.Connection.ApiKey}", "base");

        var error = await Assert.ThrowsAsync<TemplateBuildException>(() => client.Templates.BuildAsync(_definition, new() { Name = "my-app" }, cancellationToken: Token));

        Assert.Equal("refused ***", error.Reason);
    }

    [Fact]
    public async Task A_connection_that_is_lost_for_a_while_is_made_again()
    {
        using var service = new FakeTemplateService { Status = "building" };
        service.Say("one");
        int asked = 0;
        service.Before = request =>
        {
            if (!request.PathAndQuery.Contains("/status", StringComparison.Ordinal))
            {
                return null;
            }

            asked++;
            if (asked is > 1 and < 30)
            {
                return asked % 3 == 0 ? Answers.Error(503) : throw new HttpRequestException(HttpRequestError.ConnectionError, "refused");
            }

            if (asked == 30)
            {
                service.Say("two").End("ready");
            }

            return null;
        };
        using E2BClient client = service.Client();

        Assert.Equal(["one", "two"], await MessagesAsync(client.Templates.FollowBuildAsync("my-app", "b1", cancellationToken: Token)));
    }

    [Fact]
    public async Task A_build_is_followed_until_nobody_wants_it_any_more()
    {
        using var service = new FakeTemplateService { Status = "building" };
        service.Say("one");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        service.Asked = asked =>
        {
            if (asked == 5)
            {
                stop.Cancel();
            }
        };
        using E2BClient client = service.Client();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => MessagesAsync(client.Templates.FollowBuildAsync("tpl1", "b1", cancellationToken: stop.Token)));

        Assert.Equal("building", service.Status);
        Assert.DoesNotContain(service.Requests, request => request.Method != HttpMethod.Get);
    }

    [Fact]
    public async Task A_build_that_is_not_there_is_not_found()
    {
        using var service = new FakeTemplateService
        {
            Before = request => request.PathAndQuery.Contains("/builds/", StringComparison.Ordinal) ? Answers.Error(400, "Build 'b9' not found") : null,
        };
        using E2BClient client = service.Client();

        var build = await Assert.ThrowsAsync<TemplateBuildNotFoundException>(() => MessagesAsync(client.Templates.FollowBuildAsync("my-app", "b9", cancellationToken: Token)));
        var template = await Assert.ThrowsAsync<TemplateNotFoundException>(() => MessagesAsync(client.Templates.FollowBuildAsync("other", "b9", cancellationToken: Token)));

        Assert.Equal(("b9", "other"), (build.BuildId, template.Template));
    }

    [Fact]
    public async Task What_programs_wrote_for_a_terminal_is_text()
    {
        using var service = new FakeTemplateService { Status = "ready" };
        service.Say("\u001b[31mred\u001b[0m\u0007 \u001b]0;title\u0007and\tplain\r\n");
        using E2BClient client = service.Client();

        Assert.Equal(["red and\tplain"], await MessagesAsync(client.Templates.GetBuildLogAsync("my-app", "b1", Token)));
    }

    private static async Task<List<string>> MessagesAsync(IAsyncEnumerable<TemplateBuildLogEntry> entries)
    {
        var messages = new List<string>();
        await foreach (TemplateBuildLogEntry entry in entries)
        {
            messages.Add(entry.Message);
        }

        return messages;
    }
}
