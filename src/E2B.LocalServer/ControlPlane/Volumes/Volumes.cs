namespace E2B.LocalServer.ControlPlane;

/// <summary>The body of a new volume.</summary>
internal sealed record NewVolumeBody(string? Name);

/// <summary>A volume in a list.</summary>
internal sealed record VolumeModel(string VolumeID, string Name);

/// <summary>A volume with what its files are reached by.</summary>
/// <param name="VolumeID">The volume.</param>
/// <param name="Name">Its name.</param>
/// <param name="Token">For the routes of its files.</param>
/// <param name="Domain">This server, so that a client that was not told where the files are asks nobody else for them.</param>
internal sealed record VolumeAndTokenModel(string VolumeID, string Name, string Token, string Domain);

/// <summary>The routes of volumes themselves.</summary>
internal static class Volumes
{
    /// <summary><c>GET /volumes</c>.</summary>
    public static Task ListAsync(ApiCall call) => call.WriteAsync(
        StatusCodes.Status200OK,
        (IReadOnlyList<VolumeModel>)[.. call.Services.Saved.Volumes.All.Select(one => new VolumeModel(one.Id.ToString(), one.Name))],
        ServerJson.Default.IReadOnlyListVolumeModel);

    /// <summary><c>POST /volumes</c>.</summary>
    public static async Task CreateAsync(ApiCall call)
    {
        IVolumeHost host = call.Services.VolumeHost;
        NewVolumeBody body = await call.ReadAsync(ServerJson.Default.NewVolumeBody);
        Volume volume = await call.Services.Saved.Volumes.CreateAsync(host, body.Name ?? string.Empty, Times.ToMicrosecond(call.Services.Clock.GetUtcNow()));
        await WriteAsync(call, StatusCodes.Status201Created, volume);
    }

    /// <summary><c>GET /volumes/{id}</c>.</summary>
    public static Task GetAsync(ApiCall call) => WriteAsync(call, StatusCodes.Status200OK, Find(call));

    /// <summary><c>DELETE /volumes/{id}</c>: also while sandboxes have it, as in the cloud. Then they can do nothing there any more.</summary>
    public static async Task DeleteAsync(ApiCall call)
    {
        if (!await call.Services.Saved.Volumes.RemoveAsync(call.Services.VolumeHost, Find(call).Id))
        {
            throw NotFound();
        }

        await call.NoContent();
    }

    /// <summary>The volume in the path.</summary>
    public static Volume Find(ApiCall call) =>
        call.Services.Saved.Volumes.Find(Guid.TryParse(call.Parameters["volumeID"], out Guid id) ? id : throw ApiException.BadRequest("Invalid volume ID"))
        ?? throw NotFound();

    private static ApiException NotFound() => new(StatusCodes.Status404NotFound, "Volume not found");

    private static Task WriteAsync(ApiCall call, int status, Volume volume) => call.WriteAsync(
        status,
        new VolumeAndTokenModel(volume.Id.ToString(), volume.Name, call.Key.TokenOfVolume(volume.Id), $"localhost:{call.ServerPort}"),
        ServerJson.Default.VolumeAndTokenModel);
}
