namespace E2B;

/// <summary>How to clone. Everything is optional.</summary>
public sealed class GitCloneOptions : GitRemoteOptions
{
    /// <summary>The new directory; <see langword="null"/> means the last part of the URL.</summary>
    public string? Path { get; set; }

    /// <summary>The branch (or tag) to check out, and the only one to fetch; <see langword="null"/> means the remote's own, and all.</summary>
    public string? Branch { get; set; }

    /// <summary>How many commits of the history to fetch; <see langword="null"/> means all.</summary>
    public int? Depth { get; set; }

    /// <summary>
    /// Whether to leave the credential behind, for git's later use: in clear text in the file <c>e2b-credentials</c> of the new repository's
    /// git directory, which only its owner can read. Everything that runs as this user in the sandbox can use it then.
    /// </summary>
    public bool StoreCredential { get; set; }
}
