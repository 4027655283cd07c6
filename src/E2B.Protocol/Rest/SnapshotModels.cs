namespace E2B.Protocol.Rest;

/// <summary>The body of <c>POST …/connect</c>.</summary>
/// <param name="Timeout">Seconds from now, at least.</param>
/// <param name="Memory"><see langword="false"/> starts a paused sandbox from its files alone.</param>
public sealed record ConnectRequest(int Timeout, bool? Memory);

/// <summary>The body of <c>POST …/pause</c>.</summary>
/// <param name="Memory"><see langword="false"/> keeps the files alone.</param>
public sealed record PauseRequest(bool? Memory);

/// <summary>The body of <c>POST …/fork</c>.</summary>
/// <param name="Timeout">The forks' lifetime in seconds.</param>
/// <param name="Count">How many.</param>
public sealed record ForkRequest(int Timeout, int Count);

/// <summary>One fork in the answer: a sandbox, or why there is none.</summary>
/// <param name="Sandbox">The sandbox.</param>
/// <param name="Error">What kept it from being made.</param>
public sealed record ForkResultModel(SandboxModel? Sandbox, ErrorModel? Error);

/// <summary>The body of <c>POST …/snapshots</c>.</summary>
/// <param name="Name"><c>name</c> or <c>name:tag</c>; <see langword="null"/> for a snapshot without a name.</param>
public sealed record NewSnapshotRequest(string? Name);

/// <summary>A snapshot, in a list and as the answer to its making.</summary>
public sealed record SnapshotModel
{
    /// <summary>What sandboxes are created from: an id or a name, with a tag.</summary>
    public required string SnapshotID { get; init; }

    /// <summary>Its names, without a tag.</summary>
    public IReadOnlyList<string>? Names { get; init; }
}
