using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Files;

namespace E2B.PowerShell.Commands;

/// <summary>Says whether there is anything at a path in a sandbox, as Test-Path does of local ones.</summary>
[Cmdlet(VerbsDiagnostic.Test, "E2BPath")]
[OutputType(typeof(bool))]
public sealed class TestE2BPathCommand : EntryCmdlet
{
    /// <summary>What has to be there: anything, a directory (Container), or something else than a directory (Leaf).</summary>
    [Parameter]
    [Alias("Type")]
    public TestPathType PathType { get; set; } = TestPathType.Any;

    private protected override void Work(IReadOnlyList<EntryTarget> targets)
    {
        foreach (bool? isThere in ForEach(targets, static target => target, async (target, _, stop) => (bool?)await TestAsync(target, stop).ConfigureAwait(false)))
        {
            // What could not be found out was written as an error.
            if (isThere is not null)
            {
                WriteObject(isThere.Value);
            }
        }
    }

    private async Task<bool> TestAsync(EntryTarget target, CancellationToken stop)
    {
        try
        {
            IReadOnlyList<SandboxEntry> found = await (target with { Entry = null }).FindAsync(Options, withHidden: false, stop).ConfigureAwait(false);
            return found.Any(IsWanted);
        }
        catch (SandboxFileNotFoundException)
        {
            return false;
        }
        catch (E2BException e) when (e.GetType() == typeof(E2BException))
        {
            // The service fails for what is below a file as if something were wrong with it.
            if (await IsBelowFileAsync(target, stop).ConfigureAwait(false))
            {
                return false;
            }

            throw;
        }
    }

    private bool IsWanted(SandboxEntry entry) => PathType switch
    {
        TestPathType.Container => entry.IsDirectory,
        TestPathType.Leaf => !entry.IsDirectory,
        _ => true,
    };

    private async Task<bool> IsBelowFileAsync(EntryTarget target, CancellationToken stop)
    {
        for (string path = SandboxPath.ParentOf(target.PlainPath); path is not ("." or "/"); path = SandboxPath.ParentOf(path))
        {
            try
            {
                return !(await target.Sandbox.Files.GetInfoAsync(path, Options, stop).ConfigureAwait(false)).IsDirectory;
            }
            catch (E2BException e) when (e.GetType() == typeof(E2BException))
            {
                // Below the same file. Further up.
            }
        }

        return false;
    }
}
