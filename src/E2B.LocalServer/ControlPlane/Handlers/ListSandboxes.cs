using System.Globalization;
using E2B.Protocol;
using E2B.Protocol.Rest;

namespace E2B.LocalServer.ControlPlane;

/// <summary><c>GET /v2/sandboxes</c>, and its forerunner <c>GET /sandboxes</c>.</summary>
internal static class ListSandboxes
{
    private const int MaxLimit = 100;

    /// <summary>All running ones that have the metadata, newest first.</summary>
    public static Task AllAsync(ApiCall call)
    {
        IEnumerable<Sandbox> found = Ordered(call.Sandboxes.Running.Where(MetadataFilter.Parse(call.Http.Request.Query["metadata"]).Matches), ascending: false);
        return WriteAsync(call, found);
    }

    /// <summary>A page of those that have the metadata, the state, the template and the start asked for.</summary>
    public static Task PageAsync(ApiCall call)
    {
        IQueryCollection query = call.Http.Request.Query;
        HashSet<string> states = States(query);
        bool ascending = Ascending(query["order"]);
        int limit = Limit(query["limit"]);
        PageCursor? cursor = PageCursor.Parse(query["nextToken"], ascending);
        MetadataFilter metadata = MetadataFilter.Parse(query["metadata"]);
        DateTimeOffset? startedAfter = StartedAfter(query["startedAfter"]);
        string? wanted = query["template"];
        string? template = wanted is null ? null : Template.FindForFilter(wanted);

        if (!states.Contains("running"))
        {
            return WriteAsync(call, []); // nothing is ever paused here yet
        }

        List<Sandbox> found = Ordered(
            call.Sandboxes.Running.Where(one =>
                metadata.Matches(one)
                && (wanted is null || one.Order.Template.Id == template)
                && (startedAfter is null || one.StartedAt >= startedAfter)),
            ascending);
        call.Http.Response.Headers[E2BHeaders.TotalRunning] = found.Count.ToString(CultureInfo.InvariantCulture);

        List<Sandbox> rest = cursor is null ? found : found.FindAll(cursor.IsBefore);
        if (rest.Count > limit)
        {
            rest.RemoveRange(limit, rest.Count - limit);
            call.Http.Response.Headers[E2BHeaders.NextToken] = new PageCursor(rest[^1].StartedAt, rest[^1].Id, ascending).ToString();
        }

        return WriteAsync(call, rest);
    }

    private static Task WriteAsync(ApiCall call, IEnumerable<Sandbox> sandboxes) =>
        call.WriteAsync(
            StatusCodes.Status200OK,
            (IReadOnlyList<SandboxDetailModel>)sandboxes.Select(one => one.ToListed()).ToArray(),
            RestJson.Default.IReadOnlyListSandboxDetailModel);

    // By start and then by id, so that the order is the same on every page. Ascending is the exact reverse.
    private static List<Sandbox> Ordered(IEnumerable<Sandbox> sandboxes, bool ascending)
    {
        List<Sandbox> list = [.. sandboxes];
        list.Sort((a, b) => PageCursor.Compare(a.StartedAt, a.Id, b.StartedAt, b.Id, ascending));
        return list;
    }

    // `state=running,paused`, or several of them.
    private static HashSet<string> States(IQueryCollection query)
    {
        if (!query.ContainsKey("state"))
        {
            return ["running", "paused"];
        }

        var states = query["state"].SelectMany(value => (value ?? string.Empty).Split(',')).ToHashSet(StringComparer.Ordinal);
        return states.FirstOrDefault(state => state is not ("running" or "paused")) is { } unknown
            ? throw ApiException.BadRequest($"validation error: state is running or paused, not '{unknown}'")
            : states;
    }

    private static bool Ascending(string? order) => order switch
    {
        null or "desc" => false,
        "asc" => true,
        _ => throw ApiException.BadRequest($"Invalid order parameter: unknown order \"{order}\""),
    };

    private static int Limit(string? text)
    {
        if (text is null)
        {
            return MaxLimit;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit is >= 1 and <= MaxLimit
            ? limit
            : throw ApiException.BadRequest($"validation error: limit is a number from 1 to {MaxLimit}, not '{text}'");
    }

    private static DateTimeOffset? StartedAfter(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond))
            : throw ApiException.BadRequest($"validation error: startedAfter is a time as in RFC 3339, not '{text}'");
    }
}
