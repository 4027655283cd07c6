using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Web;

namespace E2B.Core.Tests.Fakes;

/// <summary>A fake: the log of the sandbox sbx1 behind the service's rules for pages, in memory.</summary>
internal sealed class FakeLog
{
    public static readonly DateTimeOffset Beginning = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private ImmutableList<(DateTimeOffset Time, string Level, string Message)> _entries = [];

    public FakeHandler Handler => new(Respond);

    /// <summary>Called before each answer.</summary>
    public Action<SentRequest> Before { get; set; } = static _ => { };

    public bool IsSandboxThere { get; set; } = true;

    /// <summary>Adds an entry so many microseconds after the beginning.</summary>
    public FakeLog Add(long microseconds, string message, string level = "info")
    {
        _entries = _entries.Add((Beginning.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond), level, message));
        return this;
    }

    public HttpResponseMessage Respond(SentRequest request)
    {
        Before(request);
        if (request.Uri.AbsolutePath == "/sandboxes/sbx1")
        {
            return IsSandboxThere
                ? Answers.Json("""{"templateID":"base","sandboxID":"sbx1","envdVersion":"0.6.13","state":"running","startedAt":"2026-01-01T00:00:00Z","endAt":"2036-01-01T00:00:00Z"}""")
                : Answers.Error(404, "gone");
        }

        if (request.Uri.AbsolutePath != "/v2/sandboxes/sbx1/logs")
        {
            return Answers.Error(500, $"no route for {request.PathAndQuery}");
        }

        var query = HttpUtility.ParseQueryString(request.Uri.Query);
        bool forward = query["direction"] == "forward";
        DateTimeOffset? cursor = query["cursor"] is { } text ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(text, CultureInfo.InvariantCulture)) : null;
        string[] levels = ["debug", "info", "warn", "error"];
        int least = Array.IndexOf(levels, query["level"] ?? "debug");
        var found = (forward ? _entries : Enumerable.Reverse(_entries))
            .Where(one => cursor is null || (forward ? one.Time >= cursor : one.Time <= cursor))
            .Where(one => (least <= 0 || Array.IndexOf(levels, one.Level) >= least) && one.Message.Contains(query["search"] ?? string.Empty, StringComparison.Ordinal))
            .Take(int.Parse(query["limit"]!, CultureInfo.InvariantCulture));
        return Answers.Json(JsonSerializer.Serialize(new
        {
            logs = found.Select(one => new { timestamp = one.Time, level = one.Level, message = one.Message, fields = new { pid = "7" } }),
        }));
    }
}
