using E2B.LocalServer.ControlPlane;

namespace E2B.LocalServer.Edge;

/// <summary>Why a request does not reach a sandbox, as the answer says it.</summary>
internal sealed class EdgeException(EdgeError error, Exception? cause = null) : Exception(error.Message, cause)
{
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

    public static EdgeException PortsNotOffered(EdgeTarget target) =>
        new(new EdgeError($"the local server does not offer a sandbox's own ports yet (port {target.Port})", StatusCodes.Status501NotImplemented)
        {
            SandboxId = target.SandboxId,
            Port = target.Port,
        });

    /// <summary>A route of the agent that is the control plane's alone.</summary>
    public static EdgeException Internal(string path) =>
        new(new EdgeError("This endpoint is reserved for the control plane and is not reachable through the sandbox URL", StatusCodes.Status404NotFound) { Path = path });
}
