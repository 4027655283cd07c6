using System.Globalization;
using E2B.LocalServer.Agent.Native;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The body of a change of owner and permissions.</summary>
internal sealed record VolumeMetadataBody(uint? Uid, uint? Gid, uint? Mode);

/// <summary>An error of these routes: other than elsewhere, its code is text.</summary>
internal sealed record VolumeErrorModel(string Code, string Message);

/// <summary>
/// The routes of what is in a volume, an API of its own: errors have another shape, and it is the volume's token that
/// opens them, not the key.
/// </summary>
internal static class VolumeContent
{
    private const int MinDepth = 1;
    private const int MaxDepth = 10;
    private const int BufferSize = 1 << 20;
    private const int ErrnoNameTooLong = 36;
    private const int ErrnoOtherFileSystem = 18;
    private const int ErrnoNoDeviceOrAddress = 6;

    // Whom files belong to, and who may use them, when nobody says.
    private const uint DefaultOwner = 9090;
    private const uint DefaultDirectoryMode = 0x1ff;
    private const uint DefaultFileMode = 0x1b6;

    // Sandboxes have so many ids.
    private const uint HighestOwner = 65_535;

    /// <summary><c>GET /volumecontent/{id}/path</c>.</summary>
    public static Task GetPathAsync(ApiCall call) => AnswerAsync(call, "stat", (folder, path) =>
        call.WriteAsync(StatusCodes.Status200OK, folder.Stat(path), ServerJson.Default.VolumeEntry));

    /// <summary><c>PATCH /volumecontent/{id}/path</c>.</summary>
    public static Task UpdatePathAsync(ApiCall call) => AnswerAsync(call, "update", async (folder, path) =>
    {
        VolumeMetadataBody body = await call.ReadAsync(ServerJson.Default.VolumeMetadataBody);
        CheckOwner("uid", body.Uid);
        CheckOwner("gid", body.Gid);
        await call.WriteAsync(StatusCodes.Status200OK, folder.Update(path, body.Uid, body.Gid, body.Mode), ServerJson.Default.VolumeEntry);
    });

    /// <summary><c>DELETE /volumecontent/{id}/path</c>: with all below it.</summary>
    public static Task DeletePathAsync(ApiCall call) => AnswerAsync(call, "delete", async (folder, path) =>
    {
        if (path == "/")
        {
            throw ApiException.BadRequest("cannot delete root");
        }

        await Task.Run(() => folder.Remove(path, call.Aborted), call.Aborted);
        await call.NoContent();
    });

    /// <summary><c>GET /volumecontent/{id}/dir</c>.</summary>
    public static Task ListDirectoryAsync(ApiCall call) => AnswerAsync(call, "read", async (folder, path) =>
    {
        uint depth = Math.Max(Number(call, "depth") ?? MinDepth, MinDepth);
        if (depth > MaxDepth)
        {
            throw ApiException.BadRequest($"depth must be between {MinDepth} and {MaxDepth}");
        }

        IReadOnlyList<VolumeEntry> entries = await Task.Run(() => folder.List(path, (int)depth), call.Aborted);
        await call.WriteAsync(StatusCodes.Status200OK, entries, ServerJson.Default.IReadOnlyListVolumeEntry);
    });

    /// <summary><c>POST /volumecontent/{id}/dir</c>.</summary>
    public static Task MakeDirectoryAsync(ApiCall call) => AnswerAsync(call, "create directory", (folder, path) =>
    {
        VolumeEntry made = folder.MakeDirectory(path, Owner(call, "uid"), Owner(call, "gid"), Number(call, "mode") ?? DefaultDirectoryMode, IsForced(call));
        return call.WriteAsync(StatusCodes.Status201Created, made, ServerJson.Default.VolumeEntry);
    });

    /// <summary><c>GET /volumecontent/{id}/file</c>.</summary>
    public static Task ReadFileAsync(ApiCall call) => AnswerAsync(call, "open file", async (folder, path) =>
    {
        using SafeFileHandle file = folder.OpenRead(path);
        long length = RandomAccess.GetLength(file);
        HttpResponse response = call.Http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/octet-stream";
        response.ContentLength = length;
        byte[] buffer = new byte[Math.Min(BufferSize, Math.Max(length, 1))];
        for (long position = 0; position < length;)
        {
            int count = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - position)), position, call.Aborted);
            if (count == 0)
            {
                throw new IOException("the file became shorter while it was read");
            }

            await response.Body.WriteAsync(buffer.AsMemory(0, count), call.Aborted);
            position += count;
        }
    });

    /// <summary><c>PUT /volumecontent/{id}/file</c>: answers when it is on the disk. An upload that breaks off leaves what came.</summary>
    public static Task WriteFileAsync(ApiCall call) => AnswerAsync(call, "open file for create", async (folder, path) =>
    {
        (uint user, uint group, uint mode) = (Owner(call, "uid"), Owner(call, "gid"), Number(call, "mode") ?? DefaultFileMode);
        bool force = IsForced(call);
        call.Http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        call.Http.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinRequestBodyDataRateFeature>()!.MinDataRate = null;
        using SafeFileHandle file = folder.OpenWrite(path, user, group, mode, force);
        byte[] buffer = new byte[BufferSize / 8];
        long position = 0;
        int count;
        while ((count = await call.Http.Request.Body.ReadAsync(buffer, call.Aborted)) > 0)
        {
            await RandomAccess.WriteAsync(file, buffer.AsMemory(0, count), position, call.Aborted);
            position += count;
        }

        await Task.Run(() => RandomAccess.FlushToDisk(file), call.Aborted);
        await call.WriteAsync(StatusCodes.Status201Created, VolumeFolder.Finish(file, path, user, group, mode), ServerJson.Default.VolumeEntry);
    });

    private static async Task AnswerAsync(ApiCall call, string what, Func<VolumeFolder, string, Task> answer)
    {
        try
        {
            Volume volume = Authorized(call);
            string path = PathIn(call);
            string files = await OpenAsync(call, volume);
            try
            {
                using var folder = new VolumeFolder(files);
                await answer(folder, path);
            }
            catch (IOException e) when (!call.Http.Response.HasStarted && !call.Aborted.IsCancellationRequested && StatusOf(e) is not null)
            {
                throw StatusOf(e) == StatusCodes.Status404NotFound
                    ? new ApiException(StatusCodes.Status404NotFound, $"failed to {what}: \"{path}\" not found.", e)
                    : new ApiException(StatusOf(e)!.Value, $"failed to {what}: {e.Message}", e);
            }
        }
        catch (ApiException e) when (!call.Http.Response.HasStarted && e.Status != StatusCodes.Status500InternalServerError)
        {
            call.Http.Response.Clear();
            await ApiCall.WriteJsonAsync(
                call.Http.Response, e.Status, new VolumeErrorModel(e.Status.ToString(CultureInfo.InvariantCulture), e.Message), ServerJson.Default.VolumeErrorModel);
        }
    }

    private static Volume Authorized(ApiCall call)
    {
        string given = call.Http.Request.Headers.Authorization.ToString();
        const string scheme = "Bearer ";
        if (!Guid.TryParse(call.Parameters["volumeID"], out Guid id)
            || !given.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            || !call.Key.IsTokenOfVolume(id, given[scheme.Length..].Trim()))
        {
            throw new ApiException(
                StatusCodes.Status401Unauthorized, "the token is not this volume's: send the one that GET /volumes/{volumeID} answers, as Authorization: Bearer");
        }

        return call.Services.Saved.Volumes.Find(id) ?? throw new ApiException(StatusCodes.Status404NotFound, "Volume not found");
    }

    private static async Task<string> OpenAsync(ApiCall call, Volume volume)
    {
        try
        {
            return await call.Services.VolumeHost.OpenAsync(call.Services.Saved.Volumes.Disk(volume.Id));
        }
        catch (FileNotFoundException e)
        {
            throw new ApiException(StatusCodes.Status404NotFound, "Volume not found", e);
        }
    }

    private static string PathIn(ApiCall call)
    {
        string path = call.Http.Request.Query["path"].ToString();
        return path.Length == 0 ? throw ApiException.BadRequest("validation error: path must be given")
            : path.Contains('\0', StringComparison.Ordinal) ? throw ApiException.BadRequest("validation error: path must not contain a zero")
            : SandboxPath.Clean(path);
    }

    // What is the caller's doing. The rest is the server's failure.
    private static int? StatusOf(IOException error) => error switch
    {
        UnixException { Number: Errno.NoEntry } => StatusCodes.Status404NotFound,
        UnixException { Number: Errno.Exists or Errno.IsDirectory } => StatusCodes.Status409Conflict,
        UnixException { IsNoSpace: true } => StatusCodes.Status507InsufficientStorage,
        UnixException { Number: Errno.NotDirectory or Errno.Invalid or Errno.TooManyLinks or ErrnoNameTooLong or ErrnoOtherFileSystem or ErrnoNoDeviceOrAddress } =>
            StatusCodes.Status400BadRequest,
        _ when error.HResult is Errno.NoSpace or Errno.QuotaExceeded => StatusCodes.Status507InsufficientStorage,
        _ => null,
    };

    private static uint Owner(ApiCall call, string name)
    {
        uint? owner = Number(call, name);
        CheckOwner(name, owner);
        return owner ?? DefaultOwner;
    }

    private static void CheckOwner(string name, uint? id)
    {
        if (id > HighestOwner)
        {
            throw ApiException.BadRequest($"{name}: sandboxes of the local server have the ids 0 to {HighestOwner}, and not {id}");
        }
    }

    private static uint? Number(ApiCall call, string name)
    {
        string? text = call.Http.Request.Query[name];
        return text is null ? null
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number
            : throw ApiException.BadRequest($"validation error: {name} is a number, not '{text}'");
    }

    private static bool IsForced(ApiCall call) => call.Http.Request.Query["force"].ToString() switch
    {
        "" or "false" => false,
        "true" => true,
        var text => throw ApiException.BadRequest($"validation error: force is true or false, not '{text}'"),
    };
}
