using E2B.LocalServer.ControlPlane;
using E2B.Protocol;

namespace E2B.LocalServer.Edge;

/// <summary>Why a request does not reach a sandbox, as the answer says it.</summary>
internal sealed class EdgeException(EdgeError error, Exception? cause = null) : Exception(error.Message, cause)
{
    private static readonly string _tokenHeader = E2BHeaders.TrafficAccessToken.ToLowerInvariant();

    public EdgeError Error { get; } = error;

    public static EdgeException BadRequest(string message) => new(new EdgeError(message, StatusCodes.Status400BadRequest));

    /// <summary>502, which the official clients take for an ended sandbox.</summary>
    public static EdgeException SandboxNotFound(string id) =>
        new(new EdgeError("The sandbox was not found", StatusCodes.Status502BadGateway) { SandboxId = id });

    /// <summary>It is paused, and this request could not wake it.</summary>
    public static EdgeException NotWoken(string id, ApiException cause) =>
        cause.Status == StatusCodes.Status404NotFound
            ? SandboxNotFound(id)
            : new(new EdgeError(cause.Message, cause.Status) { SandboxId = id }, cause);

    public static EdgeException PortClosed(EdgeTarget target, Exception cause) =>
        new(
            new EdgeError("The sandbox is running but port is not open", StatusCodes.Status502BadGateway) { SandboxId = target.SandboxId, Port = target.Port },
            cause);

    /// <summary>The sandbox's ports are restricted, with the cloud's words.</summary>
    public static EdgeException TokenMissing(string id) => Restricted(id, $"Token header '{_tokenHeader}' is missing");

    /// <inheritdoc cref="TokenMissing"/>
    public static EdgeException TokenInvalid(string id) => Restricted(id, $"Provided token in header '{_tokenHeader}' is invalid");

    public static EdgeException PortsNotOffered(EdgeTarget target) =>
        new(new EdgeError($"without isolation (--isolation none) a sandbox's ports are this machine's: port {target.Port} is at 127.0.0.1", StatusCodes.Status501NotImplemented)
        {
            SandboxId = target.SandboxId,
            Port = target.Port,
        });

    /// <summary>A route of the agent that is the control plane's alone.</summary>
    public static EdgeException Internal(string path) =>
        new(new EdgeError("This endpoint is reserved for the control plane and is not reachable through the sandbox URL", StatusCodes.Status404NotFound) { Path = path });

    private static EdgeException Restricted(string id, string what) =>
        new(new EdgeError($"Sandbox is secured with traffic access token. {what}", StatusCodes.Status403Forbidden) { SandboxId = id });
}
