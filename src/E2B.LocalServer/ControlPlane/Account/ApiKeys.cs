namespace E2B.LocalServer.ControlPlane;

/// <summary>The body of a new key, and of a new name for one.</summary>
internal sealed record ApiKeyBody(string? Name);

/// <summary>A key, with itself only when it was just made.</summary>
internal sealed record ApiKeyModel(Guid Id, string Name, ApiKeyMask Mask, DateTimeOffset CreatedAt, string? Key = null);

/// <summary>The routes of further keys. Each opens what the server's own does, but not the files of volumes, which have tokens.</summary>
internal static class ApiKeys
{
    /// <summary><c>GET /api-keys</c>: the server's own is not among them, it is no record that could be changed.</summary>
    public static Task ListAsync(ApiCall call) => call.WriteAsync(
        StatusCodes.Status200OK, (IReadOnlyList<ApiKeyModel>)[.. call.Services.Saved.Keys.All.Select(one => Model(one))], ServerJson.Default.IReadOnlyListApiKeyModel);

    /// <summary><c>POST /api-keys</c>, and <c>POST /admin/teams/{id}/api-keys</c>.</summary>
    public static async Task CreateAsync(ApiCall call)
    {
        Account.DemandTeamInPath(call);
        ApiKeyBody body = await call.ReadAsync(ServerJson.Default.ApiKeyBody);
        (ApiKeyRecord record, string key) = call.Services.Saved.Keys.Create(
            body.Name ?? throw ApiException.BadRequest("Error when parsing request: name is null"), Templates.Now(call));
        await call.WriteAsync(StatusCodes.Status201Created, Model(record, key), ServerJson.Default.ApiKeyModel);
    }

    /// <summary><c>PATCH /api-keys/{id}</c>: another name.</summary>
    public static async Task RenameAsync(ApiCall call)
    {
        ApiKeyBody body = await call.ReadAsync(ServerJson.Default.ApiKeyBody);
        if (!call.Services.Saved.Keys.Rename(Id(call), body.Name ?? throw ApiException.BadRequest("Error when parsing request: name is null")))
        {
            throw NotFound();
        }

        call.Http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    /// <summary><c>DELETE /api-keys/{id}</c>, and <c>DELETE /admin/teams/{id}/api-keys/{id}</c>.</summary>
    public static Task DeleteAsync(ApiCall call)
    {
        Account.DemandTeamInPath(call);
        return call.Services.Saved.Keys.Remove(Id(call)) ? call.NoContent() : throw NotFound();
    }

    private static Guid Id(ApiCall call) => Guid.TryParse(call.Parameters["apiKeyID"], out Guid id)
        ? id
        : throw ApiException.BadRequest($"Error when parsing API key ID: '{call.Parameters["apiKeyID"]}'");

    private static ApiException NotFound() => new(StatusCodes.Status404NotFound, "id not found");

    private static ApiKeyModel Model(ApiKeyRecord record, string? key = null) => new(record.Id, record.Name, record.Mask, record.CreatedAt, key);
}
