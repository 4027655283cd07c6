using System.Globalization;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The routes that build templates.</summary>
internal static class Builds
{
    private const int MostAtOnce = 20;
    private const int MostEntries = 100;
    private const int ReasonEntries = 20;

    /// <summary><c>POST /v3/templates</c>: a new build, which then waits for its files and its start.</summary>
    public static async Task RequestAsync(ApiCall call)
    {
        (Snapshot template, Build build) = await OpenAsync(call);
        await call.WriteAsync(
            StatusCodes.Status202Accepted,
            new NewBuildModel(template.Id, build.Id, template.Public, [template.Name!], template.FullNames, build.Tags),
            ServerJson.Default.NewBuildModel);
    }

    /// <summary><c>POST /v2/templates</c>: the same, answered as earlier clients expect.</summary>
    public static async Task RequestV2Async(ApiCall call)
    {
        (Snapshot template, Build build) = await OpenAsync(call);
        await call.WriteAsync(StatusCodes.Status202Accepted, Templates.ToModel(call, template, build), ServerJson.Default.TemplateModel);
    }

    /// <summary><c>POST /v2/templates/{id}/builds/{id}</c>: starts it.</summary>
    public static async Task StartAsync(ApiCall call)
    {
        StartBuildBody body = await call.ReadAsync(ServerJson.Default.StartBuildBody);
        Build build = FindIn(call, StatusCodes.Status404NotFound);
        BuildDefinition definition = BuildCheck.Read(body);
        DemandContainers(call);
        if (build.Status != BuildStatus.Waiting)
        {
            throw ApiException.BadRequest("build is not in waiting state");
        }

        if (call.Services.Saved.Builds.All.Count(one => one.Status == BuildStatus.Building) >= MostAtOnce)
        {
            throw new ApiException(
                StatusCodes.Status429TooManyRequests,
                $"you have reached the maximum number of concurrent template builds ({MostAtOnce}). Please wait for existing builds to complete.");
        }

        await call.Services.Builder.CancelAsync(
            one => one.Id != build.Id && one.Status == BuildStatus.Building && one.TemplateId == build.TemplateId && one.Tags.Intersect(build.Tags).Any(),
            "The build was canceled because it was superseded by a newer one.");
        call.Services.Builder.Start(build, definition);
        call.Http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    /// <summary><c>POST /templates/{id}/builds/{id}</c>, which starts builds of the first version: of a Dockerfile that came with the request, and an image that was pushed.</summary>
    public static Task StartFirstVersionAsync(ApiCall call)
    {
        Build build = FindIn(call, StatusCodes.Status404NotFound);
        throw ApiException.BadRequest(
            $"build '{build.Id}' has no Dockerfile, so this cannot start it: send its steps to POST /v2/templates/{build.TemplateId}/builds/{build.Id}");
    }

    /// <summary><c>GET /templates/{id}/builds/{id}/status</c>: with a part of the log.</summary>
    public static Task StatusAsync(ApiCall call)
    {
        Build build = FindIn(call, StatusCodes.Status400BadRequest);
        IQueryCollection query = call.Http.Request.Query;
        int offset = Number(query, "logsOffset", int.MaxValue) ?? 0;
        (int limit, LogLevel least) = (Limit(query), Level(query));
        BuildLog? log = build.Status == BuildStatus.Waiting ? null : call.Services.Saved.Builds.LogOf(build.Id, call.Services.Clock);
        return call.WriteAsync(
            StatusCodes.Status200OK,
            new BuildInfoModel
            {
                TemplateID = build.TemplateId,
                BuildID = build.Id,
                Status = build.StatusName,
                LogEntries = log?.Read(least, offset, limit) ?? [],
                Reason = build is { Status: BuildStatus.Error, Reason: { } reason }
                    ? new BuildReasonModel(reason.Message, reason.Step, reason.Step is null ? [] : [.. log!.All.Where(one => one.Step == reason.Step).TakeLast(ReasonEntries)])
                    : null,
            },
            ServerJson.Default.BuildInfoModel);
    }

    /// <summary><c>GET /templates/{id}/builds/{id}/logs</c>: the oldest first from <c>cursor</c> (milliseconds) on, or with <c>direction=backward</c> the newest first.</summary>
    public static Task LogsAsync(ApiCall call)
    {
        Build build = FindIn(call, StatusCodes.Status400BadRequest);
        IQueryCollection query = call.Http.Request.Query;
        bool backward = query["direction"].ToString() switch
        {
            "" or "forward" => false,
            "backward" => true,
            { } other => throw ApiException.BadRequest($"validation error: direction is forward or backward, not '{other}'"),
        };
        if (query["source"].ToString() is not ("" or "temporary" or "persistent") and { } source)
        {
            throw ApiException.BadRequest($"validation error: source is temporary or persistent, not '{source}'");
        }

        DateTimeOffset? cursor = Logs.Time(query, "cursor");
        BuildLog log = call.Services.Saved.Builds.LogOf(build.Id, call.Services.Clock);
        return call.WriteAsync(
            StatusCodes.Status200OK, new BuildLogsModel(log.Read(Level(query), cursor, backward, Limit(query))), ServerJson.Default.BuildLogsModel);
    }

    /// <summary><c>POST /admin/teams/{id}/builds/cancel</c>: all that run or wait.</summary>
    public static async Task CancelAllAsync(ApiCall call)
    {
        Account.DemandTeamInPath(call);
        int count = await call.Services.Builder.CancelAsync(_ => true, "build was cancelled");
        await call.WriteAsync(StatusCodes.Status200OK, new CancelledBuildsModel(count, 0), ServerJson.Default.CancelledBuildsModel);
    }

    /// <summary><c>POST /local/templates/{id}/builds/{id}/cancel</c>: one that runs or waits.</summary>
    public static async Task CancelAsync(ApiCall call)
    {
        Build build = FindIn(call, StatusCodes.Status404NotFound);
        if (await call.Services.Builder.CancelAsync(one => one.Id == build.Id, "build was cancelled") == 0)
        {
            throw ApiException.BadRequest($"build '{build.Id}' is over: {build.StatusName}");
        }

        await call.NoContent();
    }

    private static async Task<(Snapshot Template, Build Build)> OpenAsync(ApiCall call)
    {
        NewBuildBody body = await call.ReadAsync(ServerJson.Default.NewBuildBody);
        DemandContainers(call);
        Account.DemandTeam(call, body.TeamID);
        TemplateName name = TemplateName.ParseOwn(body.Name ?? body.Alias ?? throw ApiException.BadRequest("Name is required"));
        IReadOnlyList<string> tags = [.. (body.Tags ?? []).Prepend(name.Tag).OfType<string>().Select(TemplateName.CleanTag).Distinct(StringComparer.Ordinal)];
        SandboxLimits limits = BuildCheck.Limits(body.CpuCount, body.MemoryMB);
        if (Template.BuiltIn.Any(one => one.Id == name.Name))
        {
            throw new ApiException(StatusCodes.Status403Forbidden, $"Alias '{name.Name}' already used: it is the server's own template");
        }

        Snapshot template = call.Services.Saved.Snapshots.OpenTemplate(name.Name, Templates.Now(call))
            ?? throw new ApiException(StatusCodes.Status409Conflict, $"Alias '{name.Name}' is already used by a snapshot");
        var build = new Build
        {
            Id = Guid.NewGuid(),
            TemplateId = template.Id,
            Tags = tags.Count == 0 ? [Snapshot.DefaultTag] : tags,
            Limits = limits,
            CreatedAt = Templates.Now(call),
            Status = BuildStatus.Waiting,
        };
        await call.Services.Builder.CancelAsync(
            one => one.Status == BuildStatus.Waiting && one.TemplateId == template.Id && one.Tags.Intersect(build.Tags).Any(),
            "The build was canceled because it was superseded by a newer one.");
        call.Services.Saved.Builds.Add(build);
        return (template, build);
    }

    private static Build FindIn(ApiCall call, int whenMissing)
    {
        string template = Uri.UnescapeDataString(call.Parameters["templateID"]);
        Guid id = Guid.TryParse(call.Parameters["buildID"], out Guid parsed) ? parsed : throw ApiException.BadRequest("Invalid build id");
        return call.Services.Saved.Builds.Find(template, id)
            ?? throw new ApiException(whenMissing, $"Build '{id}' not found");
    }

    private static void DemandContainers(ApiCall call)
    {
        if (!call.Services.CanPause)
        {
            throw new ApiException(StatusCodes.Status501NotImplemented, "without isolation (--isolation none) the local server cannot build templates");
        }
    }

    private static int Limit(IQueryCollection query) => Math.Min(Number(query, "limit", int.MaxValue) ?? MostEntries, MostEntries);

    private static LogLevel Level(IQueryCollection query) => Logs.Level(query);

    private static int? Number(IQueryCollection query, string name, int most)
    {
        string? text = query[name];
        return text is null ? null :
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= most ? number :
            throw ApiException.BadRequest($"validation error: {name} is a number from 0 on, not '{text}'");
    }
}
