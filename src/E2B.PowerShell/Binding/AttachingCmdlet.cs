using System.Management.Automation;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Binding;

/// <summary>
/// The base of cmdlets that ask about sandboxes which need not be there any more: an id is attached to, and not looked up beforehand.
/// </summary>
public abstract class AttachingCmdlet : ConnectedCmdlet
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
                _targets.Add(WithRequestTimeout(
                    SandboxArgument.TryGetSandbox(target, out Sandbox? sandbox) ? sandbox! : Client.Sandboxes.Attach(SandboxArgument.GetId(target))));
            }
            catch (E2BInvalidArgumentException e)
            {
                WriteError(ErrorFactory.Create(e, target));
            }
        }
    }

    /// <summary>The sandboxes that were named, else the default one; none for an empty pipeline.</summary>
    private protected IReadOnlyList<Sandbox> Targets()
    {
        if (Sandbox is null && !MyInvocation.ExpectingInput)
        {
            _targets.Add(WithRequestTimeout(Session.Defaults.Sandbox ?? RefuseNoSandbox()));
        }

        return _targets;
    }
}
