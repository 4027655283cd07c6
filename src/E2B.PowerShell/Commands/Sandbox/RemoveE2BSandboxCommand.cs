using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Ends sandboxes, several at a time.</summary>
/// <remarks>It does not ask: sandboxes are made to be thrown away. -Confirm makes it ask.</remarks>
[Cmdlet(VerbsCommon.Remove, "E2BSandbox", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
public sealed class RemoveE2BSandboxCommand : ConnectedCmdlet
{
    private readonly Dictionary<string, object> _targets = new(StringComparer.Ordinal);

    /// <summary>Sandboxes, or their ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SandboxId", "Id")]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object[] Sandbox { get; set; } = [];

    /// <summary>How many are ended at a time.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object target in Sandbox.SelectMany(SandboxArgument.Enumerate))
        {
            try
            {
                // One that is named twice is ended once, and not missing the second time.
                string id = SandboxArgument.GetId(target);
                if (!_targets.ContainsKey(id) && ShouldProcess(id, "End the sandbox"))
                {
                    _targets.Add(id, target);
                }
            }
            catch (E2BInvalidArgumentException e)
            {
                WriteError(ErrorFactory.Create(e, target));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        (SandboxOperations Sandboxes, object Target)[] targets = [.. _targets.Values.Select(target => (ClientOf(target).Sandboxes, target))];
        StartEach(Queue, targets, ThrottleLimit, (t, writer, stop) => RemoveAsync(t.Sandboxes, t.Target, writer, stop));
        DrainQueue();
    }

    private async Task<bool> RemoveAsync(
        SandboxOperations sandboxes, object target, PipelineWriter writer, CancellationToken stop)
    {
        string id = SandboxArgument.GetId(target);
        try
        {
            Session.Ending(id);
            bool removed = await sandboxes.KillAsync(id, stop).ConfigureAwait(false);
            Session.Gone(id);
            if (!removed)
            {
                var missing = new SandboxNotFoundException($"There is no sandbox '{id}'. It may have reached the end of its lifetime.");
                await writer.FailureAsync(ErrorFactory.Create(missing, target)).ConfigureAwait(false);
            }

            return removed;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, target)).ConfigureAwait(false);
            return false;
        }
    }

    private E2BClient ClientOf(object target) =>
        (target is PSObject wrapped ? wrapped.BaseObject : target) is Sandbox sandbox ? WithTimeout(sandbox.Client) : Client;
}
