namespace E2B.LocalServer.ControlPlane;

/// <summary>What is kept of a paused sandbox beside its disk, for when the server is gone.</summary>
internal sealed record SavedSandbox
{
    public required string Id { get; init; }

    public required SandboxOrder Order { get; init; }

    public string? AccessToken { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset PausedAt { get; init; }

    /// <summary>It was paused without its memory, as its owner wished. Otherwise the memory is lost with the server.</summary>
    public bool FilesOnly { get; init; }
}
