using System.Text.Json;
using System.Text.Json.Serialization;
using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.Agent.Native;
using E2B.Protocol.Rest;

namespace E2B.LocalServer.Agent.Files;

/// <summary><c>POST /files/compose</c>: makes one file of several, which are gone after that.</summary>
internal sealed class ComposeEndpoint(SandboxDefaults defaults)
{
    public async Task HandleAsync(HttpContext http)
    {
        ComposeRequest request = await ReadAsync(http);
        UserEntry user = FileRequests.FindUser(request.Username, defaults);
        string destination = Resolve(request.Destination!, user, "error resolving destination path: ");
        string[] sources = [.. request.SourcePaths!.Select(source => Check(source, destination, user))];
        try
        {
            Directories.Ensure(SandboxPaths.Parent(destination), user);
        }
        catch (IOException e)
        {
            throw new HttpFailure(StatusCodes.Status500InternalServerError, "error ensuring directories: " + e.Message);
        }

        string temporary = $"{destination}.e2b-compose.{Guid.NewGuid()}.tmp";
        try
        {
            await WriteAsync(temporary, sources, user, http.RequestAborted);
            if (Libc.Rename(temporary, destination) != 0)
            {
                throw new HttpFailure(
                    StatusCodes.Status500InternalServerError, "error finalizing compose: " + UnixException.Last("rename", $"{temporary} {destination}").Message);
            }
        }
        catch
        {
            _ = Libc.Unlink(temporary);
            throw;
        }

        foreach (string source in sources)
        {
            _ = Libc.Unlink(source);
        }

        byte[] answer = JsonSerializer.SerializeToUtf8Bytes(
            new WrittenFileModel(SandboxPaths.Name(destination), destination, "file"), ComposeJson.Default.WrittenFileModel);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = answer.Length;
        await http.Response.Body.WriteAsync(answer, http.RequestAborted);
    }

    private static async Task<ComposeRequest> ReadAsync(HttpContext http)
    {
        ComposeRequest? request;
        try
        {
            request = await JsonSerializer.DeserializeAsync(http.Request.Body, ComposeJson.Default.ComposeRequest, http.RequestAborted);
        }
        catch (JsonException e)
        {
            throw new HttpFailure(StatusCodes.Status400BadRequest, "invalid request body: " + e.Message);
        }

        return request switch
        {
            { SourcePaths.Count: > 0, Destination.Length: > 0 } => request,
            { SourcePaths.Count: > 0 } => throw new HttpFailure(StatusCodes.Status400BadRequest, "destination is required"),
            _ => throw new HttpFailure(StatusCodes.Status400BadRequest, "source_paths must not be empty"),
        };
    }

    private static async Task WriteAsync(string path, string[] sources, UserEntry user, CancellationToken cancellation)
    {
        try
        {
            await using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            if (Libc.ChangeOwner(path, user.Id, user.Group) != 0)
            {
                throw new HttpFailure(
                    StatusCodes.Status500InternalServerError, "error changing file ownership: " + UnixException.Last("chown", path).Message);
            }

            foreach (string source in sources)
            {
                await using FileStream content = File.OpenRead(source);
                await content.CopyToAsync(target, 256 * 1024, cancellation);
            }
        }
        catch (IOException e) when ((e.HResult & 0xffff) is Errno.NoSpace or Errno.QuotaExceeded)
        {
            throw new HttpFailure(StatusCodes.Status507InsufficientStorage, "not enough disk space available");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HttpFailure(StatusCodes.Status500InternalServerError, "error composing: " + e.Message);
        }
    }

    private string Check(string source, string destination, UserEntry user)
    {
        string path = Resolve(source, user, $"error resolving source path \"{source}\": ");
        if (path == destination)
        {
            throw new HttpFailure(StatusCodes.Status400BadRequest, $"source path \"{source}\" cannot be the same as destination");
        }

        return FileStatus.Get(path, follow: true, out FileStatus status) != 0
            ? throw new HttpFailure(StatusCodes.Status404NotFound, $"source file not found: {source}")
            : status.IsRegular ? path
            : throw new HttpFailure(StatusCodes.Status400BadRequest, $"source path is not a regular file: {source}");
    }

    private string Resolve(string path, UserEntry user, string problem)
    {
        try
        {
            return SandboxPaths.Resolve(path, user, defaults.Workdir);
        }
        catch (BadPathException e)
        {
            throw new HttpFailure(StatusCodes.Status400BadRequest, problem + e.Message);
        }
    }
}

/// <summary>Which files to put together.</summary>
internal sealed record ComposeRequest
{
    [JsonPropertyName("source_paths")]
    public IReadOnlyList<string>? SourcePaths { get; init; }

    public string? Destination { get; init; }

    public string? Username { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ComposeRequest))]
[JsonSerializable(typeof(WrittenFileModel))]
internal sealed partial class ComposeJson : JsonSerializerContext;
