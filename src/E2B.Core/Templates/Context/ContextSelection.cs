namespace E2B.Templates.Context;

/// <summary>All that a copy step takes from the context, in the order of the paths' UTF-16 numbers. It is the same on every system.</summary>
/// <param name="Source">The step's source.</param>
/// <param name="Entries">What it takes.</param>
/// <param name="Warnings">What the user should know of: links that lead nowhere, special files and contents that are left out.</param>
internal sealed record ContextSelection(string Source, IReadOnlyList<ContextEntry> Entries, IReadOnlyList<string> Warnings)
{
    /// <summary>Bytes of all files that are packed.</summary>
    public long ContentSize => Entries.Where(static entry => entry is { Kind: ContextKind.File, IsPacked: true }).Sum(static entry => entry.Size);
}
