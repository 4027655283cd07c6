using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Makes snapshots of sandboxes.</summary>
[Cmdlet(VerbsCommon.New, "E2BSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(SnapshotInfo))]
public sealed class NewE2BSnapshotCommand : EachSandboxCmdlet
{
    /// <summary>The snapshot's name, or <c>name:tag</c>. Without it, it only has an id.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    private protected override string Deed => Name is null ? "Make a snapshot" : $"Make the snapshot '{Name}'";

    private protected override void Check()
    {
        if (Name is not null && Given.Count > 1)
        {
            Refuse("E2BSeveralSandboxes", $"{Given.Count} sandboxes are named, and each snapshot would take the name '{Name}' from the one before.", Given);
        }
    }

    private protected override async Task WorkAsync(Sandbox sandbox, object given, PipelineWriter writer, CancellationToken stop) =>
        await writer.OutputAsync(await WithRequestTimeout(sandbox).CreateSnapshotAsync(Name, stop).ConfigureAwait(false)).ConfigureAwait(false);
}
