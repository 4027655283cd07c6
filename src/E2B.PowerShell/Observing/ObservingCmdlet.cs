using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Observing;

/// <summary>
/// The base of cmdlets that read what the service keeps about sandboxes: ended ones too, so none is looked up
/// before it is read.
/// </summary>
public abstract class ObservingCmdlet : ConnectedCmdlet
{
    private readonly List<Sandbox> _targets = [];

    /// <summary>Sandboxes, or their ids.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SandboxId", "Id")]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object[]? Sandbox { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => RefuseNullSandbox(Sandbox);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object target in SandboxArgument.Enumerate(Sandbox))
        {
            try
            {
                string id = SandboxArgument.GetId(target);
                _targets.Add(SandboxArgument.TryGetSandbox(target, out Sandbox? sandbox) ? sandbox! : Client.Sandboxes.Attach(id));
            }
            catch (E2BInvalidArgumentException e)
            {
                WriteError(ErrorFactory.Create(e, target));
            }
        }
    }

    /// <summary>The sandboxes to read of: those named, else the default one; none for an empty pipeline.</summary>
    private protected IReadOnlyList<Sandbox> Targets()
    {
        if (_targets.Count == 0 && !MyInvocation.ExpectingInput && Sandbox is null)
        {
            _targets.Add(Session.Defaults.Sandbox ?? RefuseNoSandbox());
        }

        return _targets;
    }

    /// <summary>Reads of each sandbox side by side, those that are followed all at once; what fails is an error about the sandbox.</summary>
    private protected void ReadEach(IReadOnlyList<Sandbox> sandboxes, bool atOnce, Func<Sandbox, PipelineWriter, CancellationToken, Task> read)
    {
        StartEach(Queue, sandboxes.Select(WithRequestTimeout), atOnce ? Math.Max(1, sandboxes.Count) : 0, async (sandbox, writer, stop) =>
        {
            try
            {
                await read(sandbox, writer, stop).ConfigureAwait(false);
                return true;
            }
            catch (Exception e) when (ErrorFactory.IsExpected(e))
            {
                await writer.FailureAsync(ErrorFactory.Create(e, sandbox.SandboxId)).ConfigureAwait(false);
                return false;
            }
        });
        DrainQueue();
    }
}
