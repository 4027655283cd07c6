namespace E2B.LocalServer.ControlPlane;

/// <summary>The routes that move a sandbox's end, timeout and refreshes, and what all routes with a lifetime share.</summary>
internal static class Lifetimes
{
    private const int MaxRefreshSeconds = 3600;

    /// <summary><c>POST /sandboxes/{id}/timeout</c>: counts anew from now. Beyond the longest lifetime it is cut, as in the cloud.</summary>
    public static async Task TimeoutAsync(ApiCall call)
    {
        string id = call.SandboxId;
        call.Sandboxes.SetLifetime(id, await ReadAsync(call), allowShorter: true);
        await call.NoContent();
    }

    /// <summary><c>POST /sandboxes/{id}/refreshes</c>: extends by at least the default lifetime.</summary>
    public static async Task RefreshAsync(ApiCall call)
    {
        string id = call.SandboxId;
        RefreshBody body = await call.ReadAsync(ServerJson.Default.RefreshBody);
        if (body.Duration is < 0 or > MaxRefreshSeconds)
        {
            throw ApiException.BadRequest($"validation error: duration is a number of seconds from 0 to {MaxRefreshSeconds}");
        }

        TimeSpan duration = TimeSpan.FromSeconds(body.Duration ?? 0);
        call.Sandboxes.SetLifetime(id, duration < ServerFacts.DefaultLifetime ? ServerFacts.DefaultLifetime : duration, allowShorter: false);
        await call.NoContent();
    }

    /// <exception cref="ApiException">400.</exception>
    public static void RefuseBeyondMax(TimeSpan lifetime)
    {
        if (lifetime > ServerFacts.MaxLifetime)
        {
            throw ApiException.BadRequest($"Timeout cannot be greater than {ServerFacts.MaxLifetime.TotalHours:0} hours");
        }
    }

    private static async Task<TimeSpan> ReadAsync(ApiCall call)
    {
        TimeoutBody body = await call.ReadAsync(ServerJson.Default.TimeoutBody);
        return Seconds(body.Timeout ?? throw ApiException.BadRequest("validation error: timeout must be given"));
    }

    /// <summary>A lifetime that may be left out.</summary>
    public static TimeSpan Optional(int? seconds, TimeSpan whenLeftOut)
    {
        TimeSpan lifetime = seconds is { } given ? TimeSpan.FromSeconds(given) : whenLeftOut;
        if (lifetime <= TimeSpan.Zero)
        {
            throw ApiException.BadRequest("Timeout must be greater than 0");
        }

        RefuseBeyondMax(lifetime);
        return lifetime;
    }

    public static TimeSpan Seconds(int seconds) => seconds >= 0
        ? TimeSpan.FromSeconds(seconds)
        : throw ApiException.BadRequest("validation error: timeout is a number of seconds, 0 or more");
}
