namespace E2B.Templates.Context;

/// <summary>What is taken from a context directory.</summary>
internal sealed record ContextOptions
{
    /// <summary>Patterns to leave out, in the form of a <c>.dockerignore</c>. They come before those of the directory's own file, which may take back.</summary>
    public IReadOnlyList<string> IgnorePatterns { get; init; } = [];
}
