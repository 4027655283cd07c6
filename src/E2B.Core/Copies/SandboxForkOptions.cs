namespace E2B;

/// <summary>The forks to make. Everything is optional.</summary>
public sealed class SandboxForkOptions
{
    /// <summary>How many, 1 to 100.</summary>
    public int Count { get; set; } = 1;

    /// <summary>The forks' lifetime, counted from now, rounded up to whole seconds; <see langword="null"/> means 300 s.</summary>
    public TimeSpan? Timeout { get; set; }
}
