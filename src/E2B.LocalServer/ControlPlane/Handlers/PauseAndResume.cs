using E2B.Protocol.Rest;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The routes that pause sandboxes and bring them back: pause, resume, connect.</summary>
internal static class PauseAndResume
{
    /// <summary>In the answer to resume and connect, when the sandbox was paused: <c>memory</c>, or <c>files</c> when its processes are lost.</summary>
    public const string ResumedFromHeader = "E2b-Resumed-From";

    /// <summary><c>POST /sandboxes/{id}/pause</c>.</summary>
    public static async Task PauseAsync(ApiCall call)
    {
        string id = call.SandboxId;
        PauseBody? body = await call.ReadOptionalAsync(ServerJson.Default.PauseBody);
        await call.Services.Pauses.PauseAsync(id, filesOnly: body?.Memory == false);
        await call.NoContent();
    }

    /// <summary><c>POST /sandboxes/{id}/resume</c>, which clients before connect used.</summary>
    public static async Task ResumeAsync(ApiCall call)
    {
        string id = call.SandboxId;
        ResumeBody? body = await call.ReadOptionalAsync(ServerJson.Default.ResumeBody);
        TimeSpan lifetime = Lifetimes.Optional(body?.Timeout, ServerFacts.DefaultLifetime);
        await WriteAsync(call, await call.Services.Pauses.ResumeAsync(id, lifetime, body?.AutoPause, body?.Memory == false, call.Aborted));
    }

    /// <summary><c>POST /sandboxes/{id}/connect</c>: resumes a paused sandbox, and otherwise only ever extends its life.</summary>
    public static async Task ConnectAsync(ApiCall call)
    {
        ConnectBody body = await call.ReadAsync(ServerJson.Default.ConnectBody);
        await ConnectAsync(call, Lifetimes.Seconds(body.Timeout ?? throw ApiException.BadRequest("validation error: timeout must be given")), body.Memory);
    }

    /// <summary><c>POST /v2/sandboxes/{id}/connect</c>: the same, but nothing need be said.</summary>
    public static async Task ConnectV2Async(ApiCall call)
    {
        ConnectBody? body = await call.ReadOptionalAsync(ServerJson.Default.ConnectBody);
        await ConnectAsync(call, body?.Timeout is { } seconds ? Lifetimes.Seconds(seconds) : ServerFacts.DefaultLifetimeV2, body?.Memory);
    }

    private static async Task ConnectAsync(ApiCall call, TimeSpan lifetime, bool? memory)
    {
        Lifetimes.RefuseBeyondMax(lifetime);
        await WriteAsync(call, await call.Services.Pauses.ConnectAsync(call.SandboxId, lifetime, memory == false, call.Aborted));
    }

    private static Task WriteAsync(ApiCall call, (Sandbox Sandbox, Resumption Resumption) result)
    {
        if (result.Resumption != Resumption.None)
        {
            call.Http.Response.Headers[ResumedFromHeader] = result.Resumption == Resumption.WithMemory ? "memory" : "files";
        }

        return call.WriteAsync(
            result.Resumption == Resumption.None ? StatusCodes.Status200OK : StatusCodes.Status201Created,
            result.Sandbox.ToModel(call.ServerPort),
            RestJson.Default.SandboxModel);
    }
}
