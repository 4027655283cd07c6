namespace E2B;

/// <summary>What a file's URL allows. Everything is optional.</summary>
public sealed class FileUrlOptions
{
    /// <summary>The Linux user: whose rights count, who owns what is written, whose home a relative path starts from. <see langword="null"/> means the sandbox's default user.</summary>
    public string? User { get; set; }

    /// <summary>
    /// How long the URL works, counted from now and rounded up to whole seconds. <see langword="null"/> means as long as the sandbox
    /// lives. Only for sandboxes with an access token: to the others everybody has access anyway.
    /// </summary>
    public TimeSpan? Expires { get; set; }
}
