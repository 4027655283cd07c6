using System.Globalization;

namespace E2B.LocalServer.ControlPlane;

/// <summary><c>POST</c> and <c>DELETE /local/sandboxes/{id}/ports/{port}</c>: a listener on 127.0.0.1 for one port of a sandbox.</summary>
internal static class LocalPorts
{
    /// <summary>Answers where it is. Asked again, the answer is the same.</summary>
    public static async Task OpenAsync(ApiCall call)
    {
        Sandbox sandbox = call.Sandbox;
        int port = Port(call);
        PortBody? body = await call.ReadOptionalAsync(ServerJson.Default.PortBody);
        string protocol = body?.Protocol ?? "http";
        if (protocol is not ("http" or "tcp"))
        {
            throw ApiException.BadRequest($"protocol is http or tcp, not '{protocol}'");
        }

        int local = await call.Services.Ports.OpenAsync(sandbox, port, protocol == "http");
        await call.WriteAsync(StatusCodes.Status200OK, new PortModel(string.Create(CultureInfo.InvariantCulture, $"{protocol}://127.0.0.1:{local}")), ServerJson.Default.PortModel);
    }

    /// <summary>Ends it before the sandbox does.</summary>
    public static async Task CloseAsync(ApiCall call)
    {
        string id = call.Sandbox.Id;
        int port = Port(call);
        if (!await call.Services.Ports.CloseAsync(id, port))
        {
            throw new ApiException(StatusCodes.Status404NotFound, $"there is no listener for port {port} of sandbox {id}");
        }

        await call.NoContent();
    }

    private static int Port(ApiCall call) =>
        int.TryParse(call.Parameters["port"], NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535
            ? port
            : throw ApiException.BadRequest("Invalid sandbox port");
}
