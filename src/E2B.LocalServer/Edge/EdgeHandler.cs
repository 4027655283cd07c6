using E2B.LocalServer.ControlPlane;
using E2B.Protocol;

namespace E2B.LocalServer.Edge;

/// <summary>Answers what is meant for a sandbox.</summary>
internal static class EdgeHandler
{
    public static async Task HandleAsync(HttpContext context, EdgeTarget target, SandboxServices services)
    {
        // Before anybody looks whether there is such a sandbox: the answer is the same.
        if (services.Limits.HideInternalPaths && target.Port == E2BDefaults.DaemonPort && InternalPaths.Contains(context.Request.Path.Value ?? string.Empty))
        {
            throw EdgeException.Internal(context.Request.Path);
        }

        ForwardOptions options = services.Sandboxes.TryGet(target.SandboxId, out Sandbox? sandbox) && target.Port != E2BDefaults.DaemonPort
            ? OptionsFor(context.Request, target, sandbox) with { MostHeadBytes = services.Limits.AnswerHeadBytes }
            : ForwardOptions.None;
        await Forwarder.ForwardAsync(context, await EnterAsync(context, target, services.Pauses), target, options);
    }

    // The agent checks a token of its own; the other ports are the user's programs, which know of none.
    private static ForwardOptions OptionsFor(HttpRequest request, EdgeTarget target, Sandbox sandbox)
    {
        if (TrafficToken.Of(sandbox) is { } token)
        {
            string given = request.Headers[E2BHeaders.TrafficAccessToken].ToString();
            if (given.Length == 0)
            {
                throw EdgeException.TokenMissing(target.SandboxId);
            }

            if (!TrafficToken.Matches(token, given))
            {
                throw EdgeException.TokenInvalid(target.SandboxId);
            }
        }

        NetworkOrder? network = sandbox.Order.Network;
        return new ForwardOptions(network?.MaskRequestHost, network?.HttpsPorts?.Contains(target.Port) == true);
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
}
