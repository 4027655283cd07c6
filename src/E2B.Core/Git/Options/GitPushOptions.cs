namespace E2B;

/// <summary>What to push. Everything is optional.</summary>
public sealed class GitPushOptions : GitRemoteOptions
{
    /// <summary>The remote; <see langword="null"/> means the branch's own. With a credential it is the only remote there is, and has to be named where there are several.</summary>
    public string? Remote { get; set; }

    /// <summary>The branch; <see langword="null"/> means the current one.</summary>
    public string? Branch { get; set; }

    /// <summary>Whether the remote's branch becomes the upstream, as by default, where the remote is named or there is a credential.</summary>
    public bool SetUpstream { get; set; } = true;
}
