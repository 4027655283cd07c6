namespace E2B;

/// <summary>What to pull. Everything is optional.</summary>
public sealed class GitPullOptions : GitRemoteOptions
{
    /// <summary>The remote; <see langword="null"/> means that of the upstream. With a credential it is the only remote there is, and has to be named where there are several.</summary>
    public string? Remote { get; set; }

    /// <summary>The branch of the remote; <see langword="null"/> means the upstream.</summary>
    public string? Branch { get; set; }
}
