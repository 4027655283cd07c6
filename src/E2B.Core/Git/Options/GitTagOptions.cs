namespace E2B;

/// <summary>How to make a tag. Everything is optional.</summary>
public sealed class GitTagOptions : GitOptions
{
    /// <summary>The commit, branch or tag that it names; <see langword="null"/> means HEAD.</summary>
    public string? Target { get; set; }

    /// <summary>A message, which makes it an annotated tag; <see langword="null"/> means a plain one.</summary>
    public string? Message { get; set; }

    /// <summary>Whether a tag of this name that is there is replaced.</summary>
    public bool Force { get; set; }
}
