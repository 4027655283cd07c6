using System.Globalization;

namespace E2B.LocalServer.ControlPlane;

/// <summary>One entry as clients are told.</summary>
internal sealed record LogEntryModel(DateTimeOffset Timestamp, string Message, string Level, IReadOnlyDictionary<string, string> Fields)
{
    public static LogEntryModel Of(LogRecord record)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in record.Fields)
        {
            fields[name] = value;
        }

        return new LogEntryModel(record.Time, record.Message, record.LevelName, fields);
    }
}

/// <summary>The same as one line.</summary>
internal sealed record LogLineModel(DateTimeOffset Timestamp, string Line);

/// <summary>The answer of the first version.</summary>
internal sealed record LogsModel(IReadOnlyList<LogLineModel> Logs, IReadOnlyList<LogEntryModel> LogEntries);

/// <summary>The answer of the second version.</summary>
internal sealed record LogsV2Model(IReadOnlyList<LogEntryModel> Logs);

/// <summary>The routes that tell what happened to a sandbox and in it. One that nobody has heard of has no log, as in the cloud.</summary>
internal static class Logs
{
    private const int DefaultLimit = 1000;
    private const int LongestSearch = 256;

    /// <summary><c>GET /sandboxes/{id}/logs</c>: the oldest first, from <c>start</c> (milliseconds).</summary>
    public static Task AllAsync(ApiCall call)
    {
        IQueryCollection query = call.Http.Request.Query;
        IReadOnlyList<LogRecord> found = Read(
            call, Time(query, "start") ?? DateTimeOffset.MinValue, DateTimeOffset.MaxValue, newestFirst: false, LogLevel.Debug, search: null, Limit(query, int.MaxValue));
        return call.WriteAsync(
            StatusCodes.Status200OK,
            new LogsModel([.. found.Select(one => new LogLineModel(one.Time, one.ToLine()))], [.. found.Select(LogEntryModel.Of)]),
            ServerJson.Default.LogsModel);
    }

    /// <summary>
    /// <c>GET /v2/sandboxes/{id}/logs</c>: with <c>direction=backward</c>, the default, the newest first and none later
    /// than <c>cursor</c>; with <c>forward</c> the oldest first and none earlier.
    /// </summary>
    public static Task PartAsync(ApiCall call)
    {
        IQueryCollection query = call.Http.Request.Query;
        bool forward = query["direction"].ToString() switch
        {
            "" or "backward" => false,
            "forward" => true,
            { } other => throw ApiException.BadRequest($"validation error: direction is forward or backward, not '{other}'"),
        };
        LogLevel least = Level(query);
        string search = query["search"].ToString();
        if (search.Length > LongestSearch)
        {
            throw ApiException.BadRequest($"validation error: search is at most {LongestSearch} characters long");
        }

        DateTimeOffset? cursor = Time(query, "cursor");
        IReadOnlyList<LogRecord> found = Read(
            call,
            forward && cursor is { } from ? from : DateTimeOffset.MinValue,
            !forward && cursor is { } to ? to : DateTimeOffset.MaxValue,
            newestFirst: !forward,
            least,
            search.Length == 0 ? null : search,
            Limit(query, DefaultLimit));
        return call.WriteAsync(StatusCodes.Status200OK, new LogsV2Model([.. found.Select(LogEntryModel.Of)]), ServerJson.Default.LogsV2Model);
    }

    /// <summary>The lowest level asked for.</summary>
    public static LogLevel Level(IQueryCollection query) => query["level"].ToString() switch
    {
        "" or "debug" => LogLevel.Debug,
        "info" => LogLevel.Info,
        "warn" => LogLevel.Warn,
        "error" => LogLevel.Error,
        { } other => throw ApiException.BadRequest($"validation error: level is debug, info, warn or error, not '{other}'"),
    };

    private static IReadOnlyList<LogRecord> Read(
        ApiCall call, DateTimeOffset from, DateTimeOffset to, bool newestFirst, LogLevel least, string? search, int limit)
    {
        string id = call.SandboxId;
        Sandbox? sandbox = call.Sandboxes.TryGet(id, out Sandbox? found) ? found : call.Services.Past.Find(id);
        return sandbox?.Log.Read(from, to, newestFirst, least, search, limit) ?? [];
    }

    private static int Limit(IQueryCollection query, int most)
    {
        string? text = query["limit"];
        if (text is null)
        {
            return DefaultLimit;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit <= most
            ? limit
            : throw ApiException.BadRequest($"validation error: limit is a number from 0 to {most}, not '{text}'");
    }

    /// <summary>A time in milliseconds.</summary>
    public static DateTimeOffset? Time(IQueryCollection query, string name)
    {
        string? text = query[name];
        if (text is null)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds) && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw ApiException.BadRequest($"validation error: {name} is a time in milliseconds since 1970, not '{text}'");
    }
}
