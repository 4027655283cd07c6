using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Deletes snapshots, several at a time. It asks first.</summary>
[Cmdlet(VerbsCommon.Remove, "E2BSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveE2BSnapshotCommand : ConnectedCmdlet
{
    private readonly List<(string Id, object Given)> _chosen = [];

    /// <summary>Snapshots, their ids or their names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotId", "Id", "Name")]
    [ArgumentCompleter(typeof(SnapshotIdCompleter))]
    public object[] Snapshot { get; set; } = [];

    /// <summary>Do not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How many are deleted at a time. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object given in Snapshot)
        {
            if (SnapshotArgument.GetId(given) is not { } id)
            {
                WriteError(ErrorFactory.InvalidArgument(
                    "E2BNotASnapshot", $"'{given}' is no snapshot. Give a snapshot from New-E2BSnapshot or Get-E2BSnapshot, its id or its name.", given));
            }
            else if (IsForcedBy(Force) || ShouldProcess(id, "Delete the snapshot"))
            {
                _chosen.Add((id, given));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_chosen.Count > 0)
        {
            SnapshotOperations snapshots = Client.Snapshots;
            StartEach(Queue, _chosen, ThrottleLimit, (one, writer, stop) => DeleteAsync(snapshots, one.Id, one.Given, writer, stop));
            DrainQueue();
        }
    }

    private static async Task<bool> DeleteAsync(SnapshotOperations snapshots, string id, object given, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            bool deleted = await snapshots.DeleteAsync(id, stop).ConfigureAwait(false);
            if (!deleted)
            {
                await writer.FailureAsync(ErrorFactory.NotFound(
                    "E2BSnapshotNotFound", $"There is no snapshot '{id}'. Get-E2BSnapshot lists those that are there.", given)).ConfigureAwait(false);
            }

            return deleted;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, given)).ConfigureAwait(false);
            return false;
        }
    }
}
