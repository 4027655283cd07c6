using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Changes running sandboxes: how long they live, and what they may connect to.</summary>
/// <remarks>The service replaces all network rules at once. So they are read first, and those that are not named stay as they are.</remarks>
[Cmdlet(VerbsCommon.Set, "E2BSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(Sandbox))]
public sealed class SetE2BSandboxCommand : EgressCmdlet
{
    private readonly List<Sandbox> _targets = [];

    /// <summary>Sandboxes, or their ids.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SandboxId", "Id")]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object[]? Sandbox { get; set; }

    /// <summary>The lifetime in seconds from now on, longer or shorter than it was.</summary>
    [Parameter]
    [ValidateRange(1, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; }

    /// <summary>Keep it alive while this session lives; -KeepAlive:$false ends that.</summary>
    [Parameter]
    public SwitchParameter KeepAlive { get; set; }

    /// <summary>Network rules that are not named here are removed instead of kept.</summary>
    [Parameter]
    public SwitchParameter ReplaceNetwork { get; set; }

    /// <summary>The changed sandboxes on the pipeline.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>How many sandboxes are worked on at a time.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    private bool ChangesNetwork => HasEgress || ReplaceNetwork;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (TimeoutSec == 0 && !IsBound(nameof(KeepAlive)) && !ChangesNetwork && EgressProxyCredential is null)
        {
            Refuse("E2BNoValue", "There is nothing to change. Give -TimeoutSec, -KeepAlive, or network rules such as -NoInternet, -AllowOut and -DenyOut.", null);
        }

        try
        {
            // What cannot be is refused once, and not once for each sandbox.
            ApplyEgress(new SandboxNetworkUpdate());
        }
        catch (E2BInvalidArgumentException e)
        {
            ThrowTerminatingError(ErrorFactory.Create(e, null));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        RefuseNullSandbox(Sandbox);
        object? named = Sandbox ?? (MyInvocation.ExpectingInput ? null : (object?)GetDefaultSandbox() ?? RefuseNoSandbox());
        foreach (object target in SandboxArgument.Enumerate(named))
        {
            try
            {
                string id = SandboxArgument.GetId(target);
                if (ShouldProcess(id, What()))
                {
                    _targets.Add(SandboxArgument.TryGetSandbox(target, out Sandbox? sandbox) ? WithRequestTimeout(sandbox!) : Client.Sandboxes.Attach(id));
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
        StartEach(Queue, _targets, ThrottleLimit, SetAsync);
        DrainQueue();
    }

    private string What() => string.Join(", ", new[]
    {
        TimeoutSec > 0 ? $"Set the lifetime to {TimeoutSec} s from now" : null,
        IsBound(nameof(KeepAlive)) ? KeepAlive ? "Keep it alive while this session lives" : "Keep it alive no more" : null,
        ChangesNetwork ? ReplaceNetwork ? "Replace the network rules" : "Change the network rules" : null,
    }.OfType<string>());

    private async Task<bool> SetAsync(Sandbox sandbox, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            if (TimeoutSec > 0)
            {
                await sandbox.SetTimeoutAsync(TimeSpan.FromSeconds(TimeoutSec), stop).ConfigureAwait(false);
            }

            await KeepAliveAsync(sandbox, stop).ConfigureAwait(false);
            if (ChangesNetwork)
            {
                await ChangeNetworkAsync(sandbox, writer, stop).ConfigureAwait(false);
            }

            if (PassThru)
            {
                SandboxInfo info = await sandbox.GetInfoAsync(stop).ConfigureAwait(false);
                await writer.OutputAsync(sandbox.Client.Sandboxes.Attach(info)).ConfigureAwait(false);
            }

            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, sandbox)).ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>A new lifetime is also that of the extensions, where the sandbox is kept alive already.</summary>
    private async Task KeepAliveAsync(Sandbox sandbox, CancellationToken stop)
    {
        TimeSpan? lifetime = TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : null;
        if (IsBound(nameof(KeepAlive)) ? !KeepAlive : lifetime is null || !Session.Leases.Contains(sandbox.SandboxId))
        {
            if (IsBound(nameof(KeepAlive)))
            {
                Session.EndKeepAlive(sandbox.SandboxId);
            }

            return;
        }

        SandboxInfo info = await sandbox.GetInfoAsync(stop).ConfigureAwait(false);
        if (info.State == SandboxState.Paused)
        {
            throw new E2BTimeoutException(
                E2BTimeoutKind.SandboxPaused, $"The sandbox {sandbox.SandboxId} is paused, and only a running one is kept alive. Resume it first.");
        }

        Session.KeepAlive(sandbox, lifetime);
    }

    private async Task ChangeNetworkAsync(Sandbox sandbox, PipelineWriter writer, CancellationToken stop)
    {
        SandboxNetworkUpdate update = ReplaceNetwork
            ? new SandboxNetworkUpdate()
            : (await sandbox.GetInfoAsync(stop).ConfigureAwait(false)).Network!.ToUpdate(keepEgressProxy: !IsBound(nameof(EgressProxy)));
        if (IsBound(nameof(NoInternet)) && !NoInternet)
        {
            // -NoInternet denies all in two ways where names are allowed.
            update.RestoreInternet();
        }

        ApplyEgress(update);
        update.AllowInternetAccess = IsBound(nameof(NoInternet)) ? !NoInternet : update.AllowInternetAccess;
        await sandbox.UpdateNetworkAsync(update, stop).ConfigureAwait(false);
        if (AllowsInVain(update, update.AllowInternetAccess))
        {
            await writer.WarningAsync($"{sandbox.SandboxId}: {VainWarning}").ConfigureAwait(false);
        }
    }
}
