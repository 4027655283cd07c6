namespace E2B;

/// <summary>What a new context is to be.</summary>
public sealed class CodeContextOptions
{
    /// <summary>The language: <c>python</c>, <c>javascript</c>, <c>typescript</c>, <c>r</c>, <c>java</c>, <c>bash</c>. Python without it.</summary>
    public string? Language { get; set; }

    /// <summary>The directory in the sandbox that its code starts in; <c>/home/user</c> without it.</summary>
    public string? WorkingDirectory { get; set; }
}
