using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace E2B.LocalServer.ControlPlane;

/// <summary>One request to the control plane, with what its handler needs.</summary>
/// <param name="Http">The request and its answer.</param>
/// <param name="Services">What knows sandboxes.</param>
/// <param name="Key">The server's key.</param>
/// <param name="Parameters">What stands in the path at the route's <c>{names}</c>.</param>
internal sealed record ApiCall(HttpContext Http, SandboxServices Services, ApiKeyCheck Key, IReadOnlyDictionary<string, string> Parameters)
{
    public SandboxRegistry Sandboxes => Services.Sandboxes;

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The port the caller reached this server on.</summary>
    public int ServerPort => Http.Connection.LocalPort;

    /// <summary>The sandbox id in the path.</summary>
    public string SandboxId => ControlPlane.SandboxId.TryNormalize(Parameters["sandboxID"], out string id)
        ? id
        : throw ApiException.BadRequest("Invalid sandbox ID");

    /// <summary>The sandbox in the path.</summary>
    public Sandbox Sandbox => Sandboxes.Get(SandboxId);

    /// <summary>Reads the body.</summary>
    public async Task<T> ReadAsync<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(Http.Request.Body, type, Aborted)
                ?? throw ApiException.BadRequest("Error when parsing request: the body is null");
        }
        catch (JsonException e)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"Error when parsing request: {e.Message}", e);
        }
    }

    /// <summary>Reads the body where there is one. Its length need not have been announced.</summary>
    public async Task<T?> ReadOptionalAsync<T>(JsonTypeInfo<T> type)
        where T : class
    {
        ReadResult first = await Http.Request.BodyReader.ReadAsync(Aborted);
        bool isEmpty = first is { Buffer.IsEmpty: true, IsCompleted: true };
        Http.Request.BodyReader.AdvanceTo(first.Buffer.Start);
        return isEmpty ? null : await ReadAsync(type);
    }

    public Task WriteAsync<T>(int status, T value, JsonTypeInfo<T> type) => WriteJsonAsync(Http.Response, status, value, type);

    public Task NoContent()
    {
        Http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    public static Task WriteJsonAsync<T>(HttpResponse response, int status, T value, JsonTypeInfo<T> type)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body).AsTask();
    }
}
