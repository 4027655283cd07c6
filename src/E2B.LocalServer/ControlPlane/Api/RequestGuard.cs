using E2B.LocalServer.Edge;
using E2B.Protocol.Rest;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Around every request, wherever it comes in: refuses what another web page may have sent, and turns what is thrown into answers.</summary>
internal static class RequestGuard
{
    public static async Task RunAsync(HttpContext context, Action<string> log, ServerLimits limits, Func<HttpContext, Task> handle)
    {
        try
        {
            if (limits.OnlyOurHostNames && !HostNames.IsOurs(context.Request.Host))
            {
                throw new ApiException(
                    StatusCodes.Status403Forbidden,
                    $"the host name '{context.Request.Host}' is not this server's: use 127.0.0.1, localhost or a name under .localhost");
            }

            await handle(context);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested || context.Response.HasStarted)
        {
            // The client is gone, or the answer under way cannot be taken back: all that is left is to break it off.
            if (e is not (OperationCanceledException or IOException))
            {
                Log(context, log, e);
            }

            context.Abort();
        }
        catch (EdgeException e)
        {
            await EdgeErrorAnswer.WriteAsync(context, e.Error);
        }
        catch (ApiException e)
        {
            if (e.Status == StatusCodes.Status500InternalServerError)
            {
                Log(context, log, e);
            }

            await ErrorAsync(context, e.Status, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            await ErrorAsync(context, e.StatusCode, e.Message);
        }
        catch (Exception e)
        {
            Log(context, log, e);
            await ErrorAsync(context, StatusCodes.Status500InternalServerError, $"the local server failed: {e.Message}");
        }
    }

    private static Task ErrorAsync(HttpContext context, int status, string message)
    {
        context.Response.Clear();
        return ApiCall.WriteJsonAsync(context.Response, status, new ErrorModel(status, message), RestJson.Default.ErrorModel);
    }

    private static void Log(HttpContext context, Action<string> log, Exception e) =>
        log($"{context.Request.Method} {context.Request.Path}: {e.InnerException ?? e}");
}
