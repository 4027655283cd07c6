using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Web;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests.Templates.Building;

/// <summary>A fake: the service's routes of builds with its rules for pages, and the storage, in memory, and a folder of files. The template is <c>tpl1</c>, alias <c>my-app</c>, the build <c>b1</c>.</summary>
internal sealed class FakeTemplateService : IDisposable
{
    public const string Storage = "http://storage.test/bucket/";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("e2b-test-");
    private readonly List<(string Level, string Message, string? Step)> _log = [];

    /// <summary>Called before each answer; what it returns is answered instead.</summary>
    public Func<SentRequest, HttpResponseMessage?> Before { get; set; } = static _ => null;

    /// <summary>Called when the state was asked for, with how often: the build can go on.</summary>
    public Action<int> Asked { get; set; } = static _ => { };

    public string Status { get; set; } = "waiting";

    public JsonObject? Reason { get; set; }

    /// <summary>What the storage has, by hash.</summary>
    public ConcurrentDictionary<string, byte[]> Stored { get; } = new();

    public ConcurrentQueue<SentRequest> Requests { get; } = new();

    public IEnumerable<SentRequest> Puts => Requests.Where(static one => one.Method == HttpMethod.Put);

    public JsonObject Started => Assert.Single(Bodies("POST", "/v2/templates/tpl1/builds/b1"));

    private int _asked;

    public E2BClient Client() => Fakes.Client.With(new FakeHandler(Respond));

    public FakeTemplateService Say(string message, string level = "info", string? step = null)
    {
        lock (_log)
        {
            _log.Add((level, message, step));
        }

        return this;
    }

    public FakeTemplateService End(string status, string? reason = null, string? step = null)
    {
        Status = status;
        Reason = reason is null ? null : new JsonObject { ["message"] = reason, ["step"] = step };
        return this;
    }

    /// <summary>The hashes that the build was started with, one for each step.</summary>
    public string?[] Hashes => [.. Started["steps"]!.AsArray().Select(static step => (string?)step!["filesHash"])];

    public IEnumerable<JsonObject> Bodies(string method, string path) =>
        Requests.Where(one => one.Method.Method == method && one.Uri.AbsolutePath == path).Select(one => JsonNode.Parse(one.Text)!.AsObject());

    /// <summary>A definition whose copies come from this test's folder.</summary>
    public Template Define(Func<Template, Template> steps) => steps(Template.FromBaseImage().WithContext(_folder.FullName));

    public FakeTemplateService Write(string name, string content)
    {
        File.WriteAllText(Path.Join(_folder.FullName, name), content);
        return this;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private HttpResponseMessage Respond(SentRequest request)
    {
        Requests.Enqueue(request);
        if (Before(request) is { } instead)
        {
            return instead;
        }

        string path = request.Uri.AbsolutePath;
        return (request.Method.Method, path) switch
        {
            ("POST", "/v3/templates") => Answers.Json(
                """{"templateID":"tpl1","buildID":"b1","public":false,"aliases":["my-app"],"names":["me/my-app"],"tags":["v1","latest"]}""", HttpStatusCode.Accepted),
            ("GET", _) when path.StartsWith("/templates/tpl1/files/", StringComparison.Ordinal) => Link(path["/templates/tpl1/files/".Length..]),
            ("PUT", _) when request.Uri.Host == "storage.test" => Store(request),
            ("POST", "/v2/templates/tpl1/builds/b1") => Start(),
            ("GET", "/templates/tpl1/builds/b1/status") => State(request),
            ("GET", "/templates/aliases/my-app" or "/templates/aliases/tpl1") => Answers.Json("""{"templateID":"tpl1","public":false}"""),
            _ => Answers.Error(404, $"no route for {request.PathAndQuery}"),
        };
    }

    private HttpResponseMessage Link(string hash) => Answers.Json(
        $$"""{"present":{{(Stored.ContainsKey(hash) ? "true" : "false")}},"url":"{{Storage}}{{hash}}?signature=secret-signature"}""", HttpStatusCode.Created);

    private HttpResponseMessage Store(SentRequest request)
    {
        Stored[request.Uri.Segments[^1]] = request.Body;
        return Answers.Empty(200);
    }

    private HttpResponseMessage Start()
    {
        if (Status != "waiting")
        {
            return Answers.Error(400, "build is not in waiting state");
        }

        Status = "building";
        return Answers.Empty(202);
    }

    private HttpResponseMessage State(SentRequest request)
    {
        Asked(Interlocked.Increment(ref _asked));
        var query = HttpUtility.ParseQueryString(request.Uri.Query);
        int offset = int.Parse(query["logsOffset"] ?? "0", CultureInfo.InvariantCulture);
        int limit = Math.Min(100, int.Parse(query["limit"] ?? "100", CultureInfo.InvariantCulture));
        lock (_log)
        {
            return Answers.Json(JsonSerializer.Serialize(new
            {
                templateID = "tpl1",
                buildID = "b1",
                status = Status,
                logs = Array.Empty<string>(),
                logEntries = Status == "waiting" ? [] : _log.Skip(offset).Take(limit).Select(one => new { timestamp = "2026-01-02T03:04:05Z", level = one.Level, message = one.Message, step = one.Step }),
                reason = Reason,
            }));
        }
    }
}
