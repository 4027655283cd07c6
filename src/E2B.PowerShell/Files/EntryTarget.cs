using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Files;

/// <summary>Something in one sandbox to work on.</summary>
/// <param name="Origin">The sandbox as it was given.</param>
/// <param name="Sandbox">The same with the cmdlet's time limit.</param>
/// <param name="Path">A path, or a pattern.</param>
/// <param name="IsLiteral">Whether the path is meant as it is.</param>
/// <param name="Entry">What is there, where an entry was piped.</param>
internal sealed record EntryTarget(Sandbox Origin, Sandbox Sandbox, string Path, bool IsLiteral, SandboxEntry? Entry = null)
{
    /// <summary>Whether it can mean several entries, or none.</summary>
    public bool HasWildcards => !IsLiteral && SandboxGlob.HasWildcards(Path);

    /// <summary>The path where there are no wildcards in it.</summary>
    public string PlainPath => IsLiteral ? Path : SandboxGlob.Unescape(Path);

    /// <summary>The entries that are meant.</summary>
    /// <exception cref="SandboxFileNotFoundException">There is nothing at a path without wildcards.</exception>
    public async Task<IReadOnlyList<SandboxEntry>> FindAsync(SandboxFileOptions options, bool withHidden, CancellationToken cancellationToken)
    {
        if (Entry is not null)
        {
            return [Entry];
        }

        IReadOnlyList<SandboxEntry> found = IsLiteral
            ? [await Sandbox.Files.GetInfoAsync(Path, options, cancellationToken).ConfigureAwait(false)]
            : await new SandboxGlob(Sandbox, options, withHidden).ExpandAsync(Path, cancellationToken).ConfigureAwait(false);
        foreach (SandboxEntry entry in found)
        {
            EntryArgument.Remember(entry, Origin);
        }

        return found;
    }
}
