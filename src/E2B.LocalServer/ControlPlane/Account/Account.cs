using System.Globalization;
using E2B.Protocol;

namespace E2B.LocalServer.ControlPlane;

/// <summary>A team in a list.</summary>
internal sealed record TeamModel(Guid TeamID, string Name, string ApiKey, bool IsDefault);

/// <summary>What ran at one moment.</summary>
internal sealed record TeamMetricModel(DateTimeOffset Timestamp, int ConcurrentSandboxes, double SandboxStartRate)
{
    public long TimestampUnix => Timestamp.ToUnixTimeSeconds();
}

/// <summary>The highest value of a measurement, and when it was.</summary>
internal sealed record MaxTeamMetricModel(DateTimeOffset Timestamp, double Value)
{
    public long TimestampUnix => Timestamp.ToUnixTimeSeconds();
}

/// <summary>What became of the sandboxes that were to be killed.</summary>
internal sealed record KilledModel(int KilledCount, int FailedCount);

/// <summary>The routes of the team. There is one: whoever has the key.</summary>
internal static class Account
{
    /// <summary>The one team's id, the same on every machine.</summary>
    public static readonly Guid Team = new("e2b00000-0000-4000-8000-000000000000");

    private static readonly TimeSpan _longestRange = TimeSpan.FromDays(31);
    private static readonly TimeSpan _defaultRange = TimeSpan.FromDays(7);

    /// <summary><c>GET /teams</c>. The cloud makes a new key for each answer; this one repeats the key of the question.</summary>
    public static Task TeamsAsync(ApiCall call) => call.WriteAsync(
        StatusCodes.Status200OK,
        (IReadOnlyList<TeamModel>)[new TeamModel(Team, TemplateName.Namespace, call.Http.Request.Headers[E2BHeaders.ApiKey].ToString(), IsDefault: true)],
        ServerJson.Default.IReadOnlyListTeamModel);

    /// <summary><c>GET /teams/{id}/metrics</c>: <c>start</c> and <c>end</c> in seconds, the last 7 days otherwise.</summary>
    public static Task MetricsAsync(ApiCall call)
    {
        (DateTimeOffset start, DateTimeOffset end) = Range(call);
        return call.WriteAsync(
            StatusCodes.Status200OK,
            (IReadOnlyList<TeamMetricModel>)[.. call.Services.Load.Read(start, end).Select(one => new TeamMetricModel(one.Time, one.Running, one.StartRate))],
            ServerJson.Default.IReadOnlyListTeamMetricModel);
    }

    /// <summary><c>GET /teams/{id}/metrics/max</c>.</summary>
    public static Task MaxMetricAsync(ApiCall call)
    {
        (DateTimeOffset start, DateTimeOffset end) = Range(call);
        string metric = call.Http.Request.Query["metric"].ToString();
        Func<LoadSample, double> value = metric switch
        {
            "concurrent_sandboxes" => static one => one.Running,
            "sandbox_start_rate" => static one => one.StartRate,
            _ => throw ApiException.BadRequest($"invalid metric: {metric}"),
        };
        LoadSample highest = call.Services.Load.Read(start, end).MaxBy(value) ?? new LoadSample(start, 0, 0);
        return call.WriteAsync(StatusCodes.Status200OK, new MaxTeamMetricModel(highest.Time, value(highest)), ServerJson.Default.MaxTeamMetricModel);
    }

    /// <summary><c>POST /admin/teams/{id}/sandboxes/kill</c>: those that run; paused ones stay, as in the cloud.</summary>
    public static async Task KillAllAsync(ApiCall call)
    {
        DemandTeamInPath(call);
        Task<bool>[] kills = [.. call.Sandboxes.Running.Select(one => call.Sandboxes.KillAsync(one.Id, "admin"))];
        int failed = 0;
        int killed = 0;
        foreach (Task<bool> kill in kills)
        {
            try
            {
                killed += await kill ? 1 : 0;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                failed++;
            }
        }

        await call.WriteAsync(StatusCodes.Status200OK, new KilledModel(killed, failed), ServerJson.Default.KilledModel);
    }

    /// <summary><c>GET /admin/sandboxes/running-counts</c>: a team without any is not named.</summary>
    public static Task RunningCountsAsync(ApiCall call)
    {
        int count = call.Sandboxes.Running.Count();
        return call.WriteAsync(
            StatusCodes.Status200OK,
            count == 0 ? [] : new Dictionary<string, int> { [Team.ToString()] = count },
            ServerJson.Default.DictionaryStringInt32);
    }

    /// <exception cref="ApiException">400: another team is meant than the key's.</exception>
    public static void DemandTeam(ApiCall call, string? given)
    {
        if (given is { Length: > 0 } && given != Team.ToString())
        {
            throw ApiException.BadRequest("Team ID param mismatch with the API key");
        }
    }

    /// <exception cref="ApiException">400, or 404: there is no such team.</exception>
    public static void DemandTeamInPath(ApiCall call)
    {
        if (call.Parameters.TryGetValue("teamID", out string? text) && (Guid.TryParse(text, out Guid id) ? id : throw ApiException.BadRequest("Invalid team ID")) != Team)
        {
            throw new ApiException(StatusCodes.Status404NotFound, "Team not found");
        }
    }

    private static (DateTimeOffset Start, DateTimeOffset End) Range(ApiCall call)
    {
        string team = call.Parameters["teamID"];
        if (team != Team.ToString())
        {
            throw new ApiException(StatusCodes.Status403Forbidden, $"You ({Team}) are not authorized to access this team's ({team}) metrics");
        }

        DateTimeOffset now = call.Services.Clock.GetUtcNow();
        DateTimeOffset end = Time(call, "end") ?? now;
        DateTimeOffset start = Time(call, "start") ?? now - _defaultRange;
        return start > end ? throw ApiException.BadRequest("start time cannot be after end time")
            : end - start > _longestRange ? throw ApiException.BadRequest($"time range cannot exceed {_longestRange.TotalDays:0} days")
            : (start, end);
    }

    private static DateTimeOffset? Time(ApiCall call, string name)
    {
        string? text = call.Http.Request.Query[name];
        return text is null ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : throw ApiException.BadRequest($"validation error: {name} is a time in seconds since 1970, not '{text}'");
    }
}
