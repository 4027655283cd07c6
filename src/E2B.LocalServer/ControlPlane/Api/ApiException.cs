namespace E2B.LocalServer.ControlPlane;

/// <summary>An answer that is an error: its status and the words of its JSON body.</summary>
internal sealed class ApiException : Exception
{
    public ApiException(int status, string message, Exception? cause = null)
        : base(message, cause) => Status = status;

    public int Status { get; }

    public static ApiException BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    public static ApiException SandboxNotFound(string id) =>
        new(StatusCodes.Status404NotFound, $"Sandbox \"{id}\" doesn't exist or you don't have access to it");

    /// <summary>The same for volumes.</summary>
    public static ApiException NoVolumes() =>
        new(StatusCodes.Status501NotImplemented, "without isolation (--isolation none) the local server has no volumes: sandboxes have no mounts of their own");

    /// <summary>Something the cloud does and this server does not, so that nobody takes silence for success.</summary>
    public static ApiException NotOffered(string what) =>
        new(StatusCodes.Status501NotImplemented, $"the local server does not offer {what} yet");

    /// <summary>Something that has no meaning here.</summary>
    public static ApiException NeverOffered(string what, string reason) =>
        new(StatusCodes.Status501NotImplemented, $"the local server does not offer {what} ({reason})");

    /// <summary>Rules that the host cannot enforce.</summary>
    public static ApiException NetworkNotOffered(NotSupportedException cause) =>
        new(StatusCodes.Status501NotImplemented, $"these network options cannot be had from this server: {cause.Message}", cause);

    /// <summary>The same, where it is the host that cannot do it.</summary>
    public static ApiException NeedsContainers() =>
        new(StatusCodes.Status501NotImplemented, "without isolation (--isolation none) the local server cannot pause, snapshot or fork sandboxes");
}
