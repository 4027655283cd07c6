using System.Text.Json;
using E2B.LocalServer.ControlPlane;
using E2B.Protocol;

namespace E2B.LocalServer.Edge;

/// <summary>Answers what is meant for a sandbox.</summary>
internal static class EdgeHandler
{
    public static async Task HandleAsync(HttpContext context, EdgeTarget target, PauseControl sandboxes)
    {
        // Before anybody looks whether there is such a sandbox: the answer is the same.
        if (target.Port == E2BDefaults.DaemonPort && InternalPaths.Contains(context.Request.Path.Value ?? string.Empty))
        {
            throw EdgeException.Internal(context.Request.Path);
        }

        await Forwarder.ForwardAsync(context, await EnterAsync(context, target, sandboxes), target);
    }

    private static async Task<SandboxAccess> EnterAsync(HttpContext context, EdgeTarget target, PauseControl sandboxes)
    {
        try
        {
            return await sandboxes.EnterAsync(target.SandboxId, sandbox => MayWake(context.Request, target, sandbox), context.RequestAborted)
                ?? throw EdgeException.SandboxNotFound(target.SandboxId);
        }
        catch (ApiException e)
        {
            throw EdgeException.NotWoken(target.SandboxId, e);
        }
    }

    // Traffic for the agent needs the sandbox's token; what reaches the other ports is not the agent's to judge.
    private static bool MayWake(HttpRequest request, EdgeTarget target, Sandbox sandbox) =>
        target.Port != E2BDefaults.DaemonPort || PauseControl.IsTokenOf(sandbox, request.Headers[E2BHeaders.AccessToken]);

    public static Task WriteAsync(HttpResponse response, EdgeError error)
    {
        response.Clear();
        response.StatusCode = error.Code;
        response.ContentType = "application/json; charset=utf-8";
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(error, ServerJson.Default.EdgeError);
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body).AsTask();
    }
}
