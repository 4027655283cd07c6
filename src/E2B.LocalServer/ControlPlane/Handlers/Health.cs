namespace E2B.LocalServer.ControlPlane;

/// <summary><c>GET /health</c>, the only route without a key.</summary>
internal static class Health
{
    public static Task GetAsync(ApiCall call)
    {
        call.Http.Response.ContentType = "text/plain; charset=utf-8";
        return call.Http.Response.WriteAsync("Health check successful", call.Aborted);
    }
}
