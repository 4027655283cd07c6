using E2B.Protocol.Rest;

namespace E2B.LocalServer.ControlPlane;

/// <summary>A snapshot as clients are told of it.</summary>
/// <param name="SnapshotID">What sandboxes are created from, with the tag.</param>
/// <param name="Names">Its names without the tag.</param>
internal sealed record SnapshotModel(string SnapshotID, IReadOnlyList<string> Names);

/// <summary>One fork: a sandbox, or why there is none.</summary>
internal sealed record ForkResultModel(SandboxModel? Sandbox, ErrorModel? Error);

/// <summary>The routes that copy sandboxes: snapshots, and forks.</summary>
internal static class Snapshots
{
    private const int MostForks = 100;

    /// <summary><c>POST /sandboxes/{id}/snapshots</c>.</summary>
    public static async Task CreateAsync(ApiCall call)
    {
        string id = call.SandboxId;
        SnapshotBody body = await call.ReadAsync(ServerJson.Default.SnapshotBody);
        TemplateName? name = body.Name is null ? null : TemplateName.ParseOwn(body.Name);
        (Snapshot snapshot, string tag) = await call.Services.Snapshots.SnapshotAsync(id, name, call.Aborted);
        await call.WriteAsync(
            StatusCodes.Status201Created, new SnapshotModel(snapshot.Reference(tag), snapshot.FullNames), ServerJson.Default.SnapshotModel);
    }

    /// <summary><c>GET /snapshots</c>: newest first, each with its newest tag or the one asked for.</summary>
    public static Task ListAsync(ApiCall call)
    {
        IQueryCollection query = call.Http.Request.Query;
        IEnumerable<Snapshot> found = call.Services.Saved.Snapshots.All.Where(one => !one.IsBuilt);
        if (query["sandboxID"].ToString() is { Length: > 0 } sandbox)
        {
            string id = SandboxId.TryNormalize(sandbox, out string valid) ? valid : throw ApiException.BadRequest("Invalid sandbox ID");
            found = found.Where(one => one.SandboxId == id);
        }

        string? tag = null;
        if (query["name"].ToString() is { Length: > 0 } text)
        {
            TemplateName name = TemplateName.ParseOwn(text);
            string? wanted = call.Services.Templates.FindSnapshot(name)?.Id;
            tag = name.Tag;
            found = found.Where(one => one.Id == wanted && (tag is null || one.States.Any(state => state.Tag == tag)));
        }

        IReadOnlyList<Snapshot> page = PageCursor.Page(call, found, one => (one.CreatedAt, one.Id));
        return call.WriteAsync(
            StatusCodes.Status200OK,
            (IReadOnlyList<SnapshotModel>)[.. page.Select(one => new SnapshotModel(one.Reference(tag ?? one.States[^1].Tag), one.FullNames))],
            ServerJson.Default.IReadOnlyListSnapshotModel);
    }

    /// <summary><c>DELETE /templates/{id}</c>, by which clients delete snapshots too. A tag in the name does not matter, as in the cloud.</summary>
    public static async Task DeleteAsync(ApiCall call)
    {
        TemplateName name = TemplateName.Parse(Uri.UnescapeDataString(call.Parameters["templateID"]), "Invalid template ID");
        if (TemplateCatalog.IsBase(name))
        {
            throw new ApiException(StatusCodes.Status403Forbidden, $"You don't have access to template '{name}'");
        }

        Snapshot snapshot = call.Services.Templates.FindSnapshot(name) ?? throw TemplateCatalog.NotFound(name);
        bool? running = null;
        bool removed = await call.Services.Saved.Snapshots.RemoveAsync(snapshot.Id, () =>
        {
            running = call.Sandboxes.All.Where(one => one.Order.Template.Id == snapshot.Id).Select(one => (bool?)one.Phase.IsRunning).Max();
            return running is not null;
        });
        if (!removed)
        {
            throw ApiException.BadRequest(
                $"cannot delete template '{snapshot.Id}' because there are {(running == true ? "running" : "paused")} sandboxes using it");
        }

        call.Services.TemplateUse.Forget(snapshot.Id);
        await call.Services.Builder.CancelAsync(one => one.TemplateId == snapshot.Id, "the template was deleted");
        await call.Services.Saved.Builds.RemoveAsync(snapshot.Id);
        await call.NoContent();
    }

    /// <summary><c>POST /sandboxes/{id}/fork</c>.</summary>
    public static async Task ForkAsync(ApiCall call)
    {
        string id = call.SandboxId;
        ForkBody? body = await call.ReadOptionalAsync(ServerJson.Default.ForkBody);
        TimeSpan lifetime = Lifetimes.Optional(body?.Timeout, ServerFacts.DefaultLifetime);
        int count = body?.Count ?? 1;
        if (count is < 1 or > MostForks)
        {
            throw ApiException.BadRequest(count < 1 ? "Count must be at least 1" : $"Count cannot be greater than {MostForks}");
        }

        IReadOnlyList<(Sandbox? Sandbox, ApiException? Error)> forks = await call.Services.Snapshots.ForkAsync(id, lifetime, count, call.Aborted);
        await call.WriteAsync(
            StatusCodes.Status201Created,
            (IReadOnlyList<ForkResultModel>)[.. forks.Select(one => new ForkResultModel(
                one.Sandbox?.ToModel(call.ServerPort), one.Error is { } error ? new ErrorModel(error.Status, error.Message) : null))],
            ServerJson.Default.IReadOnlyListForkResultModel);
    }
}
