using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The routes by which files for COPY steps come.</summary>
internal static class BuildFiles
{
    // As in the cloud; an upload that has begun may take longer.
    private static readonly TimeSpan _linkLife = TimeSpan.FromMinutes(30);

    /// <summary><c>GET /templates/{id}/files/{hash}</c>: whether files are there, and where to put them. In the cloud that is a signed address of a storage service; here it is the next route.</summary>
    public static Task LinkAsync(ApiCall call)
    {
        string hash = Hash(call);
        string id = Uri.UnescapeDataString(call.Parameters["templateID"]);
        if (call.Services.Saved.Snapshots.Find(id) is not { IsBuilt: true } template || template.Id != id)
        {
            throw new ApiException(StatusCodes.Status404NotFound, $"Error when getting template: template '{id}' not found");
        }

        string url = $"{call.Http.Request.Scheme}://{call.Http.Request.Host}/local/uploads/{hash}?token={call.Key.TokenOfUpload(hash, call.Services.Clock.GetUtcNow() + _linkLife)}";
        return call.WriteAsync(StatusCodes.Status201Created, new FileUploadModel(call.Services.Saved.Uploads.Contains(hash), url), ServerJson.Default.FileUploadModel);
    }

    /// <summary><c>PUT /local/uploads/{hash}</c>: the archive. The token in the address is for this hash only.</summary>
    public static async Task PutAsync(ApiCall call)
    {
        string hash = Hash(call);
        if (!call.Key.IsTokenOfUpload(hash, call.Http.Request.Query["token"].ToString(), call.Services.Clock.GetUtcNow()))
        {
            throw new ApiException(StatusCodes.Status403Forbidden, "the token in the address is not for these files, or its time is over");
        }

        // A sandbox could not unpack more, and the machine's disk is for others too.
        UploadStore uploads = call.Services.Saved.Uploads;
        long most = Math.Min(ServerFacts.BaseLimits.DiskSizeMB * 1024L * 1024, uploads.Room);
        if (call.Http.Request.ContentLength > most)
        {
            throw new ApiException(StatusCodes.Status413PayloadTooLarge, $"{call.Http.Request.ContentLength} bytes are more than there is room for: {most} at most");
        }

        call.Http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = most;
        call.Http.Features.Get<IHttpMinRequestBodyDataRateFeature>()!.MinDataRate = null;
        if (!await uploads.AddAsync(hash, call.Http.Request.Body, call.Aborted))
        {
            throw new ApiException(StatusCodes.Status507InsufficientStorage, "the disk of the local server's data has become full meanwhile");
        }

        call.Http.Response.StatusCode = StatusCodes.Status200OK;
    }

    private static string Hash(ApiCall call) => UploadStore.IsHash(call.Parameters["hash"]) ? call.Parameters["hash"] : throw ApiException.BadRequest("Invalid files hash");
}
