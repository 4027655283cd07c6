using System.Globalization;
using E2B.Protocol;
using E2B.Protocol.Rest;

namespace E2B.LocalServer.ControlPlane;

/// <summary><c>GET /v2/sandboxes</c>, and its forerunner <c>GET /sandboxes</c>.</summary>
internal static class ListSandboxes
{
    /// <summary>All running ones that have the metadata, newest first.</summary>
    public static Task AllAsync(ApiCall call)
    {
        MetadataFilter metadata = MetadataFilter.Parse(call.Http.Request.Query["metadata"]);
        return WriteAsync(call, [.. Listed(call)
            .Where(one => one.State == "running" && metadata.Matches(one.Metadata))
            .OrderByDescending(one => one.StartedAt)
            .ThenBy(one => one.SandboxID, StringComparer.Ordinal)]);
    }

    /// <summary>A page of those that have the metadata, the state, the template and the start asked for.</summary>
    public static Task PageAsync(ApiCall call)
    {
        IQueryCollection query = call.Http.Request.Query;
        HashSet<string> states = States(query);
        bool ascending = Ascending(query["order"]);
        MetadataFilter metadata = MetadataFilter.Parse(query["metadata"]);
        DateTimeOffset? startedAfter = StartedAfter(query["startedAfter"]);
        string? wanted = query["template"];
        string? template = wanted is null ? null : call.Services.Templates.FindForFilter(wanted);

        List<SandboxDetailModel> found =
        [
            .. Listed(call).Where(one =>
                states.Contains(one.State)
                && metadata.Matches(one.Metadata)
                && (wanted is null || one.TemplateID == template)
                && (startedAfter is null || one.StartedAt >= startedAfter)),
        ];
        IReadOnlyList<SandboxDetailModel> page = PageCursor.Page(call, found, one => (one.StartedAt, one.SandboxID), ascending);
        if (states.Contains("running"))
        {
            call.Http.Response.Headers[E2BHeaders.TotalRunning] =
                found.Count(one => one.State == "running").ToString(CultureInfo.InvariantCulture);
        }

        return WriteAsync(call, page);
    }

    // What is ordered and filtered does not change meanwhile.
    private static IEnumerable<SandboxDetailModel> Listed(ApiCall call) => call.Sandboxes.All.Select(one => one.ToListed());

    private static Task WriteAsync(ApiCall call, IReadOnlyList<SandboxDetailModel> sandboxes) =>
        call.WriteAsync(StatusCodes.Status200OK, sandboxes, RestJson.Default.IReadOnlyListSandboxDetailModel);

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

    private static DateTimeOffset? StartedAfter(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? Times.ToMicrosecond(time)
            : throw ApiException.BadRequest($"validation error: startedAfter is a time as in RFC 3339, not '{text}'");
    }
}
