using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Files;

namespace E2B.PowerShell.Commands;

/// <summary>Makes directories in a sandbox, and those on the way. A directory that is there already is returned as well.</summary>
[Cmdlet(VerbsCommon.New, "E2BDirectory", SupportsShouldProcess = true)]
[OutputType(typeof(SandboxEntry))]
public sealed class NewE2BDirectoryCommand : EntryCmdlet
{
    /// <summary>POSIX paths, taken as they are; relative ones start at the user's home.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(SandboxLiteralPathCompleter))]
    public override string[]? Path { get; set; }

    private protected override bool IsPathLiteral => true;

    private protected override void Work(IReadOnlyList<EntryTarget> targets)
    {
        EntryTarget[] wanted = [.. targets.Where(target =>
            ShouldProcess($"{target.Path} in sandbox {target.Origin.SandboxId}", "Make directory"))];
        foreach (SandboxEntry? entry in ForEach(wanted, static target => target, (target, _, stop) => MakeAsync(target, stop)))
        {
            if (entry is not null)
            {
                WriteObject(entry);
            }
        }
    }

    private async Task<SandboxEntry> MakeAsync(EntryTarget target, CancellationToken stop)
    {
        await target.Sandbox.Files.MakeDirectoryAsync(target.Path, Options, stop).ConfigureAwait(false);
        return EntryArgument.Remember(await target.Sandbox.Files.GetInfoAsync(target.Path, Options, stop).ConfigureAwait(false), target.Origin);
    }
}
