using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Files;

namespace E2B.PowerShell.Commands;

/// <summary>Moves or renames files and directories within a sandbox, as Move-Item does local ones.</summary>
[Cmdlet(VerbsCommon.Move, "E2BItem", SupportsShouldProcess = true)]
[OutputType(typeof(SandboxEntry))]
public sealed class MoveE2BItemCommand : EntryCmdlet
{
    /// <summary>A directory that is there, to move into; or the new path.</summary>
    [Parameter(Position = 2)]
    [ArgumentCompleter(typeof(SandboxLiteralPathCompleter))]
    public string? Destination { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What was moved on the pipeline.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool CollectsInput => true;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (string.IsNullOrEmpty(Destination))
        {
            CheckTargets();
            Refuse("E2BNoDestination", "There is no destination. Give it after the path, or with -Destination.", Path);
        }

        SandboxPath.Check(this, Destination);
    }

    private protected override void Work(IReadOnlyList<EntryTarget> targets)
    {
        // What would be moved to one and the same name is found before anything is.
        IReadOnlyList<(EntryTarget Target, SandboxEntry Entry)> found = Find(targets, Force);
        var moves = new List<EntryMove>();
        foreach ((EntryTarget target, SandboxEntry entry) in found)
        {
            bool isAlone = found.Count(other => other.Target.Origin.SandboxId == target.Origin.SandboxId) == 1;
            if (ShouldProcess($"{entry.Path} to {Destination} in sandbox {target.Origin.SandboxId}", "Move"))
            {
                moves.Add(new EntryMove(target, entry, Destination!, Options) { Force = Force, IsAlone = isAlone });
            }
        }

        foreach (SandboxEntry? moved in ForEach(moves, static move => move.Target, static (move, _, stop) => move.RunAsync(stop)))
        {
            if (PassThru && moved is not null)
            {
                WriteObject(moved);
            }
        }
    }
}
