namespace E2B;

/// <summary>How to run git where it talks to another repository. Everything is optional.</summary>
public class GitRemoteOptions : GitOptions
{
    /// <summary>
    /// For HTTP(S). It reaches git through a pipe and a file without a name, in answer to its question, and is gone when git is: it is in no
    /// argument, URL, environment variable or setting. Only the host of the remote gets it.
    /// </summary>
    public GitCredential? Credential { get; set; }

    /// <summary>Is told how far git is.</summary>
    public IProgress<GitProgress>? Progress { get; set; }
}
