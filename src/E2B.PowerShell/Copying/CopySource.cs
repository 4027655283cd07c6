using E2B.PowerShell.Files;

namespace E2B.PowerShell.Copying;

/// <summary>What is to be copied, all from one place.</summary>
/// <param name="Origin">The sandbox that it is in; <see langword="null"/> for this machine.</param>
/// <param name="Sandbox">The same with the cmdlet's time limit.</param>
/// <param name="Paths">Local absolute paths; or paths in the sandbox, which may be patterns.</param>
internal sealed record CopySource(Sandbox? Origin, Sandbox? Sandbox, IReadOnlyList<CopyPath> Paths)
{
    /// <summary>What the paths mean now.</summary>
    /// <exception cref="SandboxFileNotFoundException">There is nothing at a path without wildcards.</exception>
    public async Task<IReadOnlyList<string>> ExpandAsync(SandboxFileOptions options, bool withHidden, CancellationToken cancellationToken)
    {
        if (Sandbox is null)
        {
            return [.. Paths.Select(static path => path.Path)];
        }

        var found = new List<string>();
        foreach (CopyPath path in Paths)
        {
            if (path.Entry is not null)
            {
                found.Add(path.Path);
                continue;
            }

            var target = new EntryTarget(Origin!, Sandbox, path.Path, path.IsLiteral);
            found.AddRange((await target.FindAsync(options, withHidden, cancellationToken).ConfigureAwait(false)).Select(static entry => entry.Path));
        }

        return found;
    }
}

/// <summary>A path to be copied.</summary>
/// <param name="Path">The path.</param>
/// <param name="IsLiteral">Whether it is meant as it is.</param>
/// <param name="Entry">The entry in a sandbox, where one was piped.</param>
internal sealed record CopyPath(string Path, bool IsLiteral, SandboxEntry? Entry = null);
