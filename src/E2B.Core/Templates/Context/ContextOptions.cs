namespace E2B.Templates.Context;

/// <summary>What is taken from a context directory.</summary>
internal sealed record ContextOptions
{
    /// <summary>Patterns to leave out, in the form of a <c>.dockerignore</c>. They come before those of the directory's own file, which may take back.</summary>
    public IReadOnlyList<string> IgnorePatterns { get; init; } = [];

    /// <summary>A file that is read in place of the directory's <c>.dockerignore</c>; <see langword="null"/> for that one.</summary>
    public string? IgnoreFile { get; init; }
}
