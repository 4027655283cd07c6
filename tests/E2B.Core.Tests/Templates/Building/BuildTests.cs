using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests.Templates.Building;

/// <summary>Building templates: what is asked for, sent and told.</summary>
public class BuildTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TemplateBuildOptions Options => new() { Name = "my-app", Tags = ["v1", "latest"], CpuCount = 4, MemoryMB = 2048 };

    [Fact]
    public async Task The_build_is_asked_for_and_started_with_the_hashes()
    {
        using FakeTemplateService service = Service();
        service.Asked = _ => service.End("ready");
        using E2BClient client = service.Client();

        TemplateBuildResult result = await client.Templates.BuildAsync(Usual(service), Options, cancellationToken: Token);

        Assert.Equal("""{"name":"my-app","tags":["v1","latest"],"cpuCount":4,"memoryMB":2048}""", Assert.Single(service.Bodies("POST", "/v3/templates")).ToJsonString());
        Assert.Equal(service.Stored.Keys.Order(), service.Hashes.OfType<string>().Order());
        Assert.Equal((3, null), (service.Hashes.Length, service.Hashes[2]));
        Assert.False((bool)service.Started["force"]!);
        Assert.Equal(("tpl1", "b1", "my-app", "my-app:latest"), (result.TemplateId, result.BuildId, result.Name, result.Reference));
        Assert.Equal(["me/my-app"], result.Names);
        Assert.Equal(["latest", "v1"], Assert.IsType<string[]>(result.Tags)); // an array, which PowerShell can index
        Assert.Equal((3, 4, 2048, service.Stored.Values.Sum(static one => one.Length)), (result.StepCount, result.CpuCount, result.MemoryMB, result.UploadedBytes));
    }

    [Fact]
    public async Task Only_what_the_service_lacks_is_sent()
    {
        using FakeTemplateService service = Service();
        service.Asked = _ => service.End("ready");
        using E2BClient client = service.Client();
        await client.Templates.BuildAsync(Usual(service), Options, cancellationToken: Token);
        string lacking = service.Hashes[0]!;
        byte[] sent = service.Stored[lacking];
        Assert.Equal(2, service.Puts.Count());
        Assert.True(service.Stored.TryRemove(lacking, out _));
        service.Requests.Clear();
        service.Status = "waiting";

        TemplateBuildResult again = await client.Templates.BuildAsync(Usual(service), Options, cancellationToken: Token);

        Assert.EndsWith(lacking, Assert.Single(service.Puts).Uri.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal(sent, service.Stored[lacking]);
        Assert.Equal(sent.Length, again.UploadedBytes);
    }

    [Fact]
    public async Task What_was_sent_is_the_files()
    {
        using FakeTemplateService service = Service();
        service.Asked = _ => service.End("ready");
        using E2BClient client = service.Client();

        await client.Templates.BuildAsync(service.Define(static to => to.Copy("src", "/a")), Options, cancellationToken: Token);

        using var tar = new TarReader(new GZipStream(new MemoryStream(Assert.Single(service.Stored).Value), CompressionMode.Decompress));
        TarEntry entry = (await tar.GetNextEntryAsync(copyData: true, Token))!;
        using var text = new StreamReader(entry.DataStream!);
        Assert.Equal(("src", "one"), (entry.Name, await text.ReadToEndAsync(Token)));
        Assert.Null(await tar.GetNextEntryAsync(copyData: false, Token));
    }

    [Fact]
    public async Task The_storage_gets_the_length_and_no_key()
    {
        using FakeTemplateService service = Service();
        service.Asked = _ => service.End("ready");
        using E2BClient client = service.Client();

        await client.Templates.BuildAsync(Usual(service), Options, cancellationToken: Token);

        Assert.Equal(2, service.Puts.Count());
        Assert.All(service.Puts, put =>
        {
            Assert.Equal(put.Body.Length.ToString(CultureInfo.InvariantCulture), put.Headers["Content-Length"]);
            Assert.DoesNotContain("X-API-KEY", put.Headers.Keys, StringComparer.OrdinalIgnoreCase);
            Assert.DoesNotContain("Authorization", put.Headers.Keys);
        });
    }

    [Fact]
    public async Task The_same_files_are_sent_once_and_forced_ones_though_they_are_there()
    {
        using FakeTemplateService service = Service();
        service.Asked = _ => service.End("ready");
        using E2BClient client = service.Client();
        Template definition = service.Define(static to => to.Copy("src", "/a/").Copy("src", "/a/"));
        await client.Templates.BuildAsync(definition, Options, cancellationToken: Token);
        Assert.Single(service.Puts);
        service.Status = "waiting";

        await client.Templates.BuildAsync(definition.Copy("src", "/a/", new TemplateCopyOptions { ForceUpload = true }), Options, cancellationToken: Token);

        Assert.Equal(2, service.Puts.Count());
        Assert.Single(service.Stored);
    }

    [Fact]
    public async Task Files_that_are_not_there_are_told_before_anything_is_asked_for()
    {
        using FakeTemplateService service = Service();
        using E2BClient client = service.Client();

        await Assert.ThrowsAsync<TemplateContextException>(() => client.Templates.BuildAsync(Usual(service).Copy("missing", "/x"), Options, cancellationToken: Token));

        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task Without_the_cache_everything_is_made_anew()
    {
        using FakeTemplateService service = Service();
        service.Asked = _ => service.End("ready");
        using E2BClient client = service.Client();
        TemplateBuildOptions options = Options;
        options.SkipCache = true;

        await client.Templates.BuildAsync(Usual(service), options, cancellationToken: Token);

        Assert.True((bool)service.Started["force"]!);
    }

    [Fact]
    public async Task A_link_that_was_refused_is_asked_for_again_once()
    {
        using FakeTemplateService service = Service();
        service.Asked = _ => service.End("ready");
        int puts = 0;
        service.Before = request => request.Method == HttpMethod.Put && Interlocked.Increment(ref puts) == 1 ? Answers.Text(403, "<Error>expired</Error>", "application/xml") : null;
        using E2BClient client = service.Client();

        await client.Templates.BuildAsync(service.Define(static to => to.Copy("src", "/a")), Options, cancellationToken: Token);

        Assert.Equal((2, 1), (puts, service.Stored.Count));
    }

    [Fact]
    public async Task A_storage_that_takes_nothing_is_an_error_that_names_the_step_and_not_the_link()
    {
        using FakeTemplateService service = Service();
        service.Before = request => request.Method == HttpMethod.Put ? Answers.Text(403, "denied: secret-signature") : null;
        using E2BClient client = service.Client();

        var error = await Assert.ThrowsAsync<E2BException>(() => client.Templates.BuildAsync(Usual(service), Options, cancellationToken: Token));

        Assert.Equal(403, error.StatusCode);
        Assert.Matches(@"upload the files of step [12] of 3, COPY .*BuildTests\.cs:\d+\)", error.Message);
        Assert.DoesNotContain("secret-signature", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(service.Bodies("POST", "/v2/templates/tpl1/builds/b1"));
    }

    [Fact]
    public async Task An_upload_that_broke_begins_anew()
    {
        using FakeTemplateService service = Service();
        service.Asked = _ => service.End("ready");
        int puts = 0;
        service.Before = request => request.Method == HttpMethod.Put && Interlocked.Increment(ref puts) == 1 ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : null;
        using E2BClient client = service.Client();

        await client.Templates.BuildAsync(service.Define(static to => to.Copy("src", "/a")), Options, cancellationToken: Token);

        Assert.Equal((2, 1), (puts, service.Stored.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_start_whose_answer_got_lost_is_looked_after(bool arrived)
    {
        using FakeTemplateService service = Service();
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

        await client.Templates.BuildAsync(Usual(service), Options, cancellationToken: Token);

        Assert.Equal(arrived ? 1 : 2, starts);
    }

    [Fact]
    public async Task Too_many_builds_at_a_time_are_refused_in_the_services_words()
    {
        using FakeTemplateService service = Service();
        service.Before = request => request.PathAndQuery == "/v3/templates" ? Answers.Error(429, "maximum number of concurrent template builds") : null;
        using E2BClient client = service.Client();

        var error = await Assert.ThrowsAsync<E2BRateLimitException>(() => client.Templates.BuildAsync(Usual(service), Options, cancellationToken: Token));

        Assert.Contains("concurrent template builds", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_tells_hashes_uploads_and_steps()
    {
        using FakeTemplateService service = Service();
        service.Say("CACHED [base] FROM e2bdev/base [aa11]").Say("[builder 1/3] COPY src /app/ [bb22]", step: "1").Say("some words");
        service.Asked = _ => service.End("ready");
        using E2BClient client = service.Client();
        var told = new Recorder<TemplateBuildProgress>();
        TemplateBuildOptions options = Options;
        options.Progress = told;

        TemplateBuildResult result = await client.Templates.BuildAsync(Usual(service), options, cancellationToken: Token);

        TemplateBuildProgress[] uploads = [.. told.Where(one => one.Phase == TemplateBuildPhase.Uploading)];
        Assert.Equal([1, 2], told.Where(one => one.Phase == TemplateBuildPhase.Hashing).Select(one => one.StepNumber));
        Assert.Contains(uploads, one => one is { StepNumber: 2, StepCount: 3, BytesTotal: > 0 } && one.BytesSent == one.BytesTotal);
        Assert.Equal(
            [new(TemplateBuildPhase.Building, 0, 3, "FROM e2bdev/base") { IsCached = true }, new TemplateBuildProgress(TemplateBuildPhase.Building, 1, 3, "COPY src /app/")],
            told.Where(one => one.Phase == TemplateBuildPhase.Building));
        Assert.Equal(0, result.CachedStepCount);
    }

    private static FakeTemplateService Service() => new FakeTemplateService().Write("src", "one").Write("data", "two");

    private static Template Usual(FakeTemplateService service) => service.Define(static to => to.Copy("src", "/app/").Copy("data", "/app/data").Run("make"));
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
