using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Files;

/// <summary>Moves one entry. The service itself would replace a file without a word.</summary>
internal sealed record EntryMove(EntryTarget Target, SandboxEntry Entry, string Destination, SandboxFileOptions Options)
{
    /// <summary>Whether a file that is there may be replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Whether nothing else is moved to the same destination.</summary>
    public bool IsAlone { get; init; }

    /// <exception cref="E2BConflictException">Something is there that may not be replaced.</exception>
    public async Task<SandboxEntry> RunAsync(CancellationToken stop)
    {
        SandboxEntry? there = await LookAsync(Destination, stop).ConfigureAwait(false);
        string path = Destination;
        if (there is { IsDirectory: true })
        {
            path = SandboxPath.Join(there.Path, Entry.Name);
            there = await LookAsync(path, stop).ConfigureAwait(false);
        }
        else if (!IsAlone || Destination.EndsWith('/'))
        {
            throw new SandboxFileNotFoundException($"Could not move '{Entry.Path}': the destination '{Destination}' is no directory. Make it with New-E2BDirectory.")
            {
                SandboxId = Target.Origin.SandboxId,
            };
        }

        if (there is not null && !CanReplace(there))
        {
            string hint = there.IsDirectory ? "It is a directory, which is never replaced." : "-Force replaces it.";
            throw new E2BConflictException($"Could not move '{Entry.Path}' to '{there.Path}': that is there already. {hint}")
            {
                SandboxId = Target.Origin.SandboxId,
            };
        }

        SandboxEntry moved = await Target.Sandbox.Files.MoveAsync(Entry.Path, path, Options, stop).ConfigureAwait(false);
        return EntryArgument.Remember(moved, Target.Origin);
    }

    private static bool IsRealDirectory(SandboxEntry entry) => entry is { IsDirectory: true, SymlinkTarget: null };

    private bool CanReplace(SandboxEntry there) => Force && !there.IsDirectory && !IsRealDirectory(Entry);

    private async Task<SandboxEntry?> LookAsync(string path, CancellationToken stop)
    {
        try
        {
            return await Target.Sandbox.Files.GetInfoAsync(path, Options, stop).ConfigureAwait(false);
        }
        catch (SandboxFileNotFoundException)
        {
            return null;
        }
    }
}
