namespace E2B.Git;

/// <summary>One run of git.</summary>
/// <param name="Action">What it is for, for messages: "clone 'x'".</param>
/// <param name="Arguments">What follows <c>git</c>, as it reaches it.</param>
internal sealed record GitCall(string Action, IReadOnlyList<string> Arguments)
{
    /// <summary>The repository's path, for <c>-C</c>; <see langword="null"/> where it is about none.</summary>
    public string? Repository { get; init; }

    /// <summary>Whether it changes nothing: it takes no lock then, and can be run again.</summary>
    public bool IsReading { get; init; }

    /// <summary>Whether names of files are taken as they are.</summary>
    public bool LiteralFiles { get; init; }

    /// <summary>What git may ask for.</summary>
    public GitCredential? Credential { get; init; }

    /// <summary>Who may get it: scheme, host and port.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>What it reads from stdin.</summary>
    public byte[]? Input { get; init; }

    /// <summary>Secrets in the input, which no message may show.</summary>
    public GitCredential? Secret { get; init; }

    /// <summary>Is told how far it is.</summary>
    public IProgress<GitProgress>? Progress { get; init; }
}
