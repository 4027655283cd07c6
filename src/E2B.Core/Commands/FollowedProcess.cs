using E2B.Recovery;

namespace E2B.Commands;

/// <summary>What is known about a process that is followed, from the start on.</summary>
internal sealed record FollowedProcess : Followed
{
    public int ProcessId { get; init; }

    /// <summary>How errors call it, at the beginning of a sentence.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it was started here, so that the limit is its own.</summary>
    public bool IsOwner { get; init; }

    /// <summary>Whether it and its descendants are ended here at the limit.</summary>
    public bool StopsAtLimit { get; init; }

    public InputKind Input { get; init; }

    public int MaxCapturedBytes { get; init; }
}
