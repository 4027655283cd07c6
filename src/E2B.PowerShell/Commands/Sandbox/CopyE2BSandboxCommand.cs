using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Makes sandboxes that have what others have now.</summary>
[Cmdlet(VerbsCommon.Copy, "E2BSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(Sandbox))]
public sealed class CopyE2BSandboxCommand : EachSandboxCmdlet
{
    private Sandbox? _copy;

    /// <summary>How many copies of each.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int Count { get; set; } = 1;

    /// <summary>The copies' lifetime in seconds. 300 without it.</summary>
    [Parameter]
    [ValidateRange(1, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; }

    /// <summary>Make the copy the session's default sandbox, for cmdlets that are given none.</summary>
    [Parameter]
    public SwitchParameter AsDefault { get; set; }

    private protected override string Deed => Count == 1 ? "Copy the sandbox" : $"Make {Count} copies of the sandbox";

    private protected override void Check()
    {
        if (AsDefault && Given.Count * Count > 1)
        {
            Refuse("E2BSeveralSandboxes", $"{Given.Count * Count} copies are asked for, and one can be the default sandbox.", Given);
        }
    }

    private protected override async Task WorkAsync(Sandbox sandbox, object given, PipelineWriter writer, CancellationToken stop)
    {
        var options = new SandboxForkOptions { Count = Count, Timeout = TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : Session.Defaults.Lifetime };
        IReadOnlyList<SandboxForkResult> results = await WithRequestTimeout(sandbox).ForkAsync(options, stop).ConfigureAwait(false);

        // All are known to the session before the first is handed on: whoever reads may stop there.
        Sandbox[] copies = [.. results.Where(static one => one.IsSuccess).Select(static one => one.Sandbox!)];
        foreach (Sandbox copy in copies)
        {
            Session.Created(copy);
            _copy = copy;
        }

        foreach (SandboxForkResult failed in results.Where(static one => !one.IsSuccess))
        {
            await writer.FailureAsync(ErrorFactory.Create(failed.Error!, given)).ConfigureAwait(false);
        }

        foreach (Sandbox copy in copies)
        {
            await writer.OutputAsync(copy).ConfigureAwait(false);
        }
    }

    private protected override void Finish(IReadOnlyList<object> succeeded)
    {
        if (AsDefault && _copy is not null)
        {
            Session.Defaults = Session.Defaults with { Sandbox = _copy };
        }
    }
}
