namespace E2B.LocalServer.ControlPlane;

/// <summary>The routes that tell of templates. Snapshots are found by id and name, and have a list of their own, as in the cloud.</summary>
internal static class Templates
{
    /// <summary><c>GET /templates</c>.</summary>
    public static Task ListAsync(ApiCall call)
    {
        Account.DemandTeam(call, call.Http.Request.Query["teamID"]);
        return call.WriteAsync(StatusCodes.Status200OK, (IReadOnlyList<TemplateModel>)[.. Template.BuiltIn.Select(one => BuiltIn(call, one))], ServerJson.Default.IReadOnlyListTemplateModel);
    }

    /// <summary><c>GET /v2/templates</c>: in pages.</summary>
    public static Task PageAsync(ApiCall call)
    {
        Account.DemandTeam(call, call.Http.Request.Query["teamID"]);
        IReadOnlyList<TemplateModel> page = PageCursor.Page(call, Template.BuiltIn.Select(one => BuiltIn(call, one)), one => (one.CreatedAt, one.TemplateID));
        return call.WriteAsync(StatusCodes.Status200OK, page, ServerJson.Default.IReadOnlyListTemplateModel);
    }

    /// <summary><c>GET /templates/{id}</c>: with its states, newest first.</summary>
    public static Task GetAsync(ApiCall call)
    {
        TemplateName name = TemplateName.Parse(Uri.UnescapeDataString(call.Parameters["templateID"]), "Invalid template ID");
        Snapshot snapshot = Find(call, name, $"Template {name} not found");
        (long count, DateTimeOffset? last) = call.Services.TemplateUse.Of(snapshot.Id);
        IReadOnlyList<SnapshotState> builds = PageCursor.Page(
            call, snapshot.States.DistinctBy(state => state.BuildIdOf(snapshot)), state => (state.TimeOf(snapshot), state.BuildIdOf(snapshot).ToString()));
        return call.WriteAsync(
            StatusCodes.Status200OK,
            new TemplateWithBuildsModel
            {
                TemplateID = snapshot.Id,
                Public = snapshot.Public,
                Aliases = snapshot.Name is null ? [] : [snapshot.Name],
                Names = snapshot.FullNames,
                CreatedAt = snapshot.CreatedAt,
                UpdatedAt = snapshot.UpdatedAt ?? snapshot.CreatedAt,
                LastSpawnedAt = last,
                SpawnCount = count,
                Builds = [.. builds.Select(state => new TemplateBuildModel(
                    state.BuildIdOf(snapshot), state.TimeOf(snapshot), state.Limits.CpuCount, state.Limits.MemoryMB, state.Limits.DiskSizeMB))],
            },
            ServerJson.Default.TemplateWithBuildsModel);
    }

    /// <summary><c>GET /templates/aliases/{alias}</c>: whether there is a template of a name or id, and with the tag, where one is written.</summary>
    public static Task FindAliasAsync(ApiCall call)
    {
        TemplateName name = TemplateName.ParseOwn(Uri.UnescapeDataString(call.Parameters["alias"]), "Invalid alias format");
        Snapshot snapshot = Find(call, name, $"template '{name}' not found");
        if (name.Tag is { } tag && snapshot.States.All(state => state.Tag != tag))
        {
            throw new ApiException(StatusCodes.Status404NotFound, $"tag '{tag}' does not exist for template '{name}'");
        }

        return call.WriteAsync(StatusCodes.Status200OK, new TemplateAliasModel(snapshot.Id, snapshot.Public), ServerJson.Default.TemplateAliasModel);
    }

    /// <summary><c>PATCH /templates/{id}</c>, which answers nothing in particular.</summary>
    public static async Task UpdateAsync(ApiCall call)
    {
        await ChangeAsync(call);
        await call.WriteAsync(StatusCodes.Status200OK, new EmptyModel(), ServerJson.Default.EmptyModel);
    }

    /// <summary><c>PATCH /v2/templates/{id}</c>, which answers the names.</summary>
    public static async Task UpdateV2Async(ApiCall call) =>
        await call.WriteAsync(StatusCodes.Status200OK, new UpdatedTemplateModel((await ChangeAsync(call)).FullNames), ServerJson.Default.UpdatedTemplateModel);

    /// <summary>The snapshot of a name, or what is always there in a snapshot's form.</summary>
    public static Snapshot Find(ApiCall call, TemplateName name, string whenMissing) =>
        TemplateCatalog.FindBuiltIn(name) is { } builtIn
            ? AsSnapshot(call, builtIn)
            : call.Services.Templates.FindSnapshot(name) ?? throw new ApiException(StatusCodes.Status404NotFound, whenMissing);

    /// <summary>One that can be changed.</summary>
    public static Snapshot FindOwn(ApiCall call, TemplateName name) => TemplateCatalog.IsBase(name)
        ? throw new ApiException(StatusCodes.Status403Forbidden, $"You don't have access to sandbox template '{name}'")
        : call.Services.Templates.FindSnapshot(name) ?? throw TemplateCatalog.NotFound(name);

    private static async Task<Snapshot> ChangeAsync(ApiCall call)
    {
        TemplateName name = TemplateName.Parse(Uri.UnescapeDataString(call.Parameters["templateID"]), "Invalid template ID");
        UpdateTemplateBody body = await call.ReadAsync(ServerJson.Default.UpdateTemplateBody);
        Snapshot snapshot = FindOwn(call, name);
        return body.Public is { } isPublic
            ? call.Services.Saved.Snapshots.Publish(snapshot.Id, isPublic, Now(call)) ?? throw TemplateCatalog.NotFound(name)
            : snapshot;
    }

    private static Snapshot AsSnapshot(ApiCall call, Template builtIn) => new()
    {
        Id = builtIn.Id,
        Name = builtIn.Alias,
        IsBase = true,
        SandboxId = string.Empty,
        CreatedAt = call.Services.Saved.Since,
        Public = true,
        States = [new SnapshotState { Tag = Snapshot.DefaultTag, Layers = [], Limits = builtIn.Limits, Interpreter = builtIn.Interpreter }],
    };

    private static TemplateModel BuiltIn(ApiCall call, Template builtIn)
    {
        Snapshot template = AsSnapshot(call, builtIn);
        (long count, DateTimeOffset? last) = call.Services.TemplateUse.Of(template.Id);
        SnapshotState state = template.States[0];
        return new TemplateModel
        {
            TemplateID = template.Id,
            BuildID = state.BuildIdOf(template),
            CpuCount = state.Limits.CpuCount,
            MemoryMB = state.Limits.MemoryMB,
            DiskSizeMB = state.Limits.DiskSizeMB,
            Public = template.Public,
            Aliases = [template.Name!],
            Names = template.FullNames,
            CreatedAt = template.CreatedAt,
            UpdatedAt = template.CreatedAt,
            LastSpawnedAt = last,
            SpawnCount = count,
            BuildCount = 1,
            EnvdVersion = ServerFacts.EnvdVersion,
        };
    }

    public static DateTimeOffset Now(ApiCall call) => Times.ToMicrosecond(call.Services.Clock.GetUtcNow());
}
