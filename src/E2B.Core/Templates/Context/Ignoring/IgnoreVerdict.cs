namespace E2B.Templates.Context.Ignoring;

/// <summary>What the rules say of a path. What is below it inherits which rules matched.</summary>
/// <param name="IsIgnored">Whether it is left out.</param>
/// <param name="Matched">Which rules matched it or a directory above it.</param>
internal sealed record IgnoreVerdict(bool IsIgnored, bool[] Matched);
