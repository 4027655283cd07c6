using E2B.Protocol.Rest;

namespace E2B.LocalServer.ControlPlane;

/// <summary><c>GET</c> and <c>DELETE /sandboxes/{id}</c>.</summary>
internal static class OneSandbox
{
    public static Task GetAsync(ApiCall call) =>
        call.WriteAsync(StatusCodes.Status200OK, call.Sandbox.ToDetail(call.ServerPort), RestJson.Default.SandboxDetailModel);

    /// <summary>Answers when the sandbox is gone.</summary>
    public static async Task DeleteAsync(ApiCall call)
    {
        string id = call.SandboxId;
        if (!await call.Sandboxes.KillAsync(id, "request"))
        {
            throw ApiException.SandboxNotFound(id);
        }

        await call.NoContent();
    }
}
