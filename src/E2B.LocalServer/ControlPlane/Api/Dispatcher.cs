using E2B.LocalServer.Edge;
using E2B.Protocol.Rest;
using Microsoft.AspNetCore.Http.Features;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Where every request comes in: decides between edge and control plane, and turns what is thrown into answers.</summary>
internal sealed class Dispatcher(SandboxServices services, ApiKeyCheck key, Action<string> log)
{
    // The control plane's bodies are small JSON. The edge has no such limit.
    private const long MaxApiBody = 1024 * 1024;

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            if (!HostNames.IsOurs(context.Request.Host))
            {
                throw new ApiException(
                    StatusCodes.Status403Forbidden,
                    $"the host name '{context.Request.Host}' is not this server's: use 127.0.0.1, localhost or a name under .localhost");
            }

            if (EdgeTarget.Of(context.Request, services.Sandboxes) is { } target)
            {
                await EdgeHandler.HandleAsync(context, target, services.Pauses);
            }
            else
            {
                await ApiAsync(context);
            }
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested || context.Response.HasStarted)
        {
            // The client is gone, or the answer under way cannot be taken back: all that is left is to break it off.
            _ = e is OperationCanceledException or IOException ? null : Log(context, e);
            context.Abort();
        }
        catch (EdgeException e)
        {
            await EdgeHandler.WriteAsync(context.Response, e.Error);
        }
        catch (ApiException e)
        {
            if (e.Status == StatusCodes.Status500InternalServerError)
            {
                Log(context, e);
            }

            await ErrorAsync(context, e.Status, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            await ErrorAsync(context, e.StatusCode, e.Message);
        }
        catch (Exception e)
        {
            Log(context, e);
            await ErrorAsync(context, StatusCodes.Status500InternalServerError, $"the local server failed: {e.Message}");
        }
    }

    private async Task ApiAsync(HttpContext context)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = MaxApiBody;
        Route route = Routes.Find(context.Request.Method, context.Request.Path.Value ?? "/", out var parameters);
        if (!route.IsOpen)
        {
            key.Demand(context.Request);
        }

        if (route.Handle is null)
        {
            throw ApiException.NotOffered($"{route.Method} {route.Path}");
        }

        await route.Handle(new ApiCall(context, services, parameters));
    }

    private static Task ErrorAsync(HttpContext context, int status, string message)
    {
        context.Response.Clear();
        return ApiCall.WriteJsonAsync(context.Response, status, new ErrorModel(status, message), RestJson.Default.ErrorModel);
    }

    private object? Log(HttpContext context, Exception e)
    {
        log($"{context.Request.Method} {context.Request.Path}: {e.InnerException ?? e}");
        return null;
    }
}
