using System.Text.Json;
using E2B.LocalServer.ControlPlane;
using E2B.Protocol;

namespace E2B.LocalServer.Edge;

/// <summary>Answers what is meant for a sandbox.</summary>
internal static class EdgeHandler
{
    public static Task HandleAsync(HttpContext context, EdgeTarget target, SandboxRegistry sandboxes)
    {
        // Before anybody looks whether there is such a sandbox: the answer is the same.
        if (target.Port == E2BDefaults.DaemonPort && InternalPaths.Contains(context.Request.Path.Value ?? string.Empty))
        {
            throw EdgeException.Internal(context.Request.Path);
        }

        return sandboxes.TryGet(target.SandboxId, out Sandbox? sandbox)
            ? Forwarder.ForwardAsync(context, sandbox, target)
            : throw EdgeException.SandboxNotFound(target.SandboxId);
    }

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
