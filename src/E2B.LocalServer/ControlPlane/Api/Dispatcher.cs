using E2B.LocalServer.Edge;
using E2B.Protocol;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Where every request to the server's own port comes in: decides between edge and control plane.</summary>
internal sealed class Dispatcher(SandboxServices services, ApiKeyCheck key, ServerLimits limits, Action<string> log)
{
    public Task HandleAsync(HttpContext context) => RequestGuard.RunAsync(context, log, limits, DispatchAsync);

    private Task DispatchAsync(HttpContext context)
    {
        if (EdgeTarget.Of(context.Request, services.Sandboxes, limits) is not { } target)
        {
            return ApiAsync(context);
        }

        // The key to the control plane is none of a sandbox's business. Another key of that name is the program's there.
        if (key.IsIn(context.Request))
        {
            context.Request.Headers.Remove(E2BHeaders.ApiKey);
        }

        return EdgeHandler.HandleAsync(context, target, services);
    }

    private async Task ApiAsync(HttpContext context)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = limits.BodyBytes;
        context.Features.Get<IHttpMinRequestBodyDataRateFeature>()!.MinDataRate = limits.BodyRate;
        Route route = Routes.Find(context.Request.Method, context.Request.Path.Value ?? "/", out var parameters);
        if (!route.IsOpen)
        {
            key.Demand(context.Request);
        }

        if (route.Handle is null)
        {
            throw route.Never is { } reason
                ? ApiException.NeverOffered($"{route.Method} {route.Path}", reason)
                : ApiException.NotOffered($"{route.Method} {route.Path}");
        }

        await route.Handle(new ApiCall(context, services, key, parameters));
    }
}
