namespace E2B;

/// <summary>How to add a remote. Everything is optional.</summary>
public sealed class GitRemoteAddOptions : GitRemoteOptions
{
    /// <summary>Whether to fetch from it afterwards.</summary>
    public bool Fetch { get; set; }

    /// <summary>Whether a remote of this name that is there gets the new URL; otherwise that is an error.</summary>
    public bool Overwrite { get; set; }
}
