using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests.Templates.Building;

/// <summary>Building templates: what is asked for, sent and told.</summary>
public class BuildTests
{
    private static readonly Template _definition = Template.FromBaseImage().Copy("src", "/app/").Copy("data", "/app/data").Run("make");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TemplateBuildOptions Options => new() { Name = "my-app", Tags = ["v1", "latest"], CpuCount = 4, MemoryMB = 2048 };

    [Fact]
    public async Task Only_what_the_service_lacks_is_sent_and_the_build_is_started_with_the_hashes()
    {
        FakeTemplateService service = Service();
        service.Stored["hash-of-two"] = "two";
        service.Asked = _ => service.End("ready");
        using E2BClient client = service.Client();

        TemplateBuildResult result = await client.Templates.BuildAsync(_definition, Options, cancellationToken: Token);

        Assert.Equal("""{"name":"my-app","tags":["v1","latest"],"cpuCount":4,"memoryMB":2048}""", Assert.Single(service.Bodies("POST", "/v3/templates")).ToJsonString());
        Assert.Equal(["src"], service.Packed);
        Assert.Equal("one", service.Stored["hash-of-one"]);
        Assert.Equal(["hash-of-one", "hash-of-two", null], service.Started["steps"]!.AsArray().Select(step => (string?)step!["filesHash"]));
        Assert.False((bool)service.Started["force"]!);
        Assert.Equal(("tpl1", "b1", "my-app", "my-app:latest", 3L), (result.TemplateId, result.BuildId, result.Name, result.Reference, result.UploadedBytes));
        Assert.Equal(["me/my-app"], result.Names);
        Assert.Equal(["latest", "v1"], result.Tags);
        Assert.Equal((3, 4, 2048), (result.StepCount, result.CpuCount, result.MemoryMB));
    }

    [Fact]
    public async Task The_storage_gets_the_length_and_no_key()
    {
        FakeTemplateService service = Service();
        service.Asked = _ => service.End("ready");
        using E2BClient client = service.Client();

        await client.Templates.BuildAsync(_definition, Options, cancellationToken: Token);

        SentRequest[] puts = [.. service.Requests.Where(one => one.Method == HttpMethod.Put)];
        Assert.Equal(2, puts.Length);
        Assert.All(puts, put =>
        {
            Assert.Equal("3", put.Headers["Content-Length"]);
            Assert.DoesNotContain("X-API-KEY", put.Headers.Keys, StringComparer.OrdinalIgnoreCase);
            Assert.DoesNotContain("Authorization", put.Headers.Keys);
        });
    }

    [Fact]
    public async Task The_same_files_are_sent_once_and_forced_ones_though_they_are_there()
    {
        FakeTemplateService service = Service();
        service.Local["again"] = "one";
        service.Stored["hash-of-two"] = "old";
        service.Asked = _ => service.End("ready");
        using E2BClient client = service.Client();
        Template definition = Template.FromBaseImage().Copy("src", "/a/").Copy("again", "/b/").Copy("data", "/c/", new TemplateCopyOptions { ForceUpload = true });

        TemplateBuildResult result = await client.Templates.BuildAsync(definition, Options, cancellationToken: Token);

        Assert.Equal(2, service.Packed.Count);
        Assert.Equal("two", service.Stored["hash-of-two"]);
        Assert.Equal(6, result.UploadedBytes);
    }

    [Fact]
    public async Task Files_that_are_not_there_are_told_before_anything_is_asked_for()
    {
        FakeTemplateService service = Service();
        using E2BClient client = service.Client();

        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => client.Templates.BuildAsync(_definition.Copy("missing", "/x"), Options, cancellationToken: Token));

        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task Without_the_cache_everything_is_made_anew()
    {
        FakeTemplateService service = Service();
        service.Asked = _ => service.End("ready");
        using E2BClient client = service.Client();
        TemplateBuildOptions options = Options;
        options.SkipCache = true;

        await client.Templates.BuildAsync(_definition, options, cancellationToken: Token);

        Assert.True((bool)service.Started["force"]!);
    }

    [Fact]
    public async Task A_link_that_was_refused_is_asked_for_again_once()
    {
        FakeTemplateService service = Service();
        service.Asked = _ => service.End("ready");
        int puts = 0;
        service.Before = request => request.Method == HttpMethod.Put && Interlocked.Increment(ref puts) == 1 ? Answers.Text(403, "<Error>expired</Error>", "application/xml") : null;
        using E2BClient client = service.Client();

        await client.Templates.BuildAsync(Template.FromBaseImage().Copy("src", "/a"), Options, cancellationToken: Token);

        Assert.Equal((2, "one"), (puts, service.Stored["hash-of-one"]));
    }

    [Fact]
    public async Task A_storage_that_takes_nothing_is_an_error_that_names_the_step_and_not_the_link()
    {
        FakeTemplateService service = Service();
        service.Before = request => request.Method == HttpMethod.Put ? Answers.Text(403, "denied: secret-signature") : null;
        using E2BClient client = service.Client();

        var error = await Assert.ThrowsAsync<E2BException>(() => client.Templates.BuildAsync(_definition, Options, cancellationToken: Token));

        Assert.Equal(403, error.StatusCode);
        Assert.Matches(@"upload the files of step [12] of 3, COPY .*BuildTests\.cs:\d+\)", error.Message);
        Assert.DoesNotContain("secret-signature", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(service.Bodies("POST", "/v2/templates/tpl1/builds/b1"));
    }

    [Fact]
    public async Task An_upload_that_broke_begins_anew()
    {
        FakeTemplateService service = Service();
        service.Asked = _ => service.End("ready");
        int puts = 0;
        service.Before = request => request.Method == HttpMethod.Put && Interlocked.Increment(ref puts) == 1 ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : null;
        using E2BClient client = service.Client();

        await client.Templates.BuildAsync(Template.FromBaseImage().Copy("src", "/a"), Options, cancellationToken: Token);

        Assert.Equal((2, "one"), (puts, service.Stored["hash-of-one"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_start_whose_answer_got_lost_is_looked_after(bool arrived)
    {
        FakeTemplateService service = Service();
        int starts = 0;
        service.Before = request =>
        {
            if (request.Method != HttpMethod.Post || !request.PathAndQuery.EndsWith("/b1", StringComparison.Ordinal) || Interlocked.Increment(ref starts) > 1)
            {
                return null;
            }

            service.Status = arrived ? "building" : "waiting";
            throw new HttpRequestException(HttpRequestError.ResponseEnded);
        };
        service.Asked = _ =>
        {
            if (service.Status == "building")
            {
                service.End("ready");
            }
        };
        using E2BClient client = service.Client();

        await client.Templates.BuildAsync(_definition, Options, cancellationToken: Token);

        Assert.Equal(arrived ? 1 : 2, starts);
    }

    [Fact]
    public async Task Too_many_builds_at_a_time_are_refused_in_the_services_words()
    {
        FakeTemplateService service = Service();
        service.Before = request => request.PathAndQuery == "/v3/templates" ? Answers.Error(429, "maximum number of concurrent template builds") : null;
        using E2BClient client = service.Client();

        var error = await Assert.ThrowsAsync<E2BRateLimitException>(() => client.Templates.BuildAsync(_definition, Options, cancellationToken: Token));

        Assert.Contains("concurrent template builds", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_tells_hashes_uploads_and_steps()
    {
        FakeTemplateService service = Service();
        service.Say("CACHED [base] FROM e2bdev/base [aa11]").Say("[builder 1/3] COPY src /app/ [bb22]", step: "1").Say("some words");
        service.Asked = _ => service.End("ready");
        using E2BClient client = service.Client();
        var told = new Recorder<TemplateBuildProgress>();
        TemplateBuildOptions options = Options;
        options.Progress = told;

        TemplateBuildResult result = await client.Templates.BuildAsync(_definition, options, cancellationToken: Token);

        TemplateBuildProgress[] uploads = [.. told.Where(one => one.Phase == TemplateBuildPhase.Uploading)];
        Assert.Equal([1, 2], told.Where(one => one.Phase == TemplateBuildPhase.Hashing).Select(one => one.StepNumber));
        Assert.Contains(uploads, one => one is { StepNumber: 2, StepCount: 3, BytesSent: 3, BytesTotal: 3 });
        Assert.Equal(
            [new(TemplateBuildPhase.Building, 0, 3, "FROM e2bdev/base") { IsCached = true }, new TemplateBuildProgress(TemplateBuildPhase.Building, 1, 3, "COPY src /app/")],
            told.Where(one => one.Phase == TemplateBuildPhase.Building));
        Assert.Equal(0, result.CachedStepCount);
    }

    private static FakeTemplateService Service()
    {
        var service = new FakeTemplateService();
        service.Local["src"] = "one";
        service.Local["data"] = "two";
        return service;
    }
}

/// <summary>Keeps what is reported, in order.</summary>
internal sealed class Recorder<T> : List<T>, IProgress<T>
{
    public void Report(T value)
    {
        lock (this)
        {
            Add(value);
        }
    }
}
