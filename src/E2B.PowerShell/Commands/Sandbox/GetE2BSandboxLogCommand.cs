using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Observing;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Reads the log of sandboxes: what happened to them and in them.</summary>
[Cmdlet(VerbsCommon.Get, "E2BSandboxLog")]
[OutputType(typeof(SandboxLogEntry))]
public sealed class GetE2BSandboxLogCommand : ObservingCmdlet
{
    /// <summary>The lowest level that counts.</summary>
    [Parameter]
    public SandboxLogLevel Level { get; set; }

    /// <summary>What the message contains; capitals count.</summary>
    [Parameter]
    [ValidateLength(1, 256)]
    public string? Search { get; set; }

    /// <summary>Only entries of then or later: a date, or how long ago.</summary>
    [Parameter]
    [MomentTransformation]
    public DateTimeOffset Since { get; set; }

    /// <summary>So many of the newest entries.</summary>
    [Parameter]
    [Alias("Newest", "Last")]
    [ValidateRange(0, int.MaxValue)]
    public int Tail { get; set; }

    /// <summary>Go on with what comes, until the sandbox is gone.</summary>
    [Parameter]
    [Alias("Wait")]
    public SwitchParameter Follow { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        bool isTail = MyInvocation.BoundParameters.ContainsKey(nameof(Tail));
        var options = new SandboxLogOptions
        {
            Level = Level,
            Search = Search,
            Since = MyInvocation.BoundParameters.ContainsKey(nameof(Since)) ? Since : null,
            Limit = isTail ? Tail : null,
        };
        ReadEach(Targets(), Follow, Follow
            ? (sandbox, writer, stop) => FollowAsync(sandbox, options, writer, stop)
            : (sandbox, writer, stop) => ReadAsync(sandbox, options with { NewestFirst = isTail }, writer, stop));
    }

    private static async Task ReadAsync(Sandbox sandbox, SandboxLogOptions options, PipelineWriter writer, CancellationToken stop)
    {
        bool any = false;
        if (options.NewestFirst)
        {
            var newest = new List<SandboxLogEntry>();
            await foreach (SandboxLogEntry entry in sandbox.GetLogsAsync(options, stop).ConfigureAwait(false))
            {
                newest.Add(entry);
            }

            newest.Reverse();
            foreach (SandboxLogEntry entry in newest)
            {
                any = true;
                await writer.OutputAsync(entry).ConfigureAwait(false);
            }
        }
        else
        {
            await foreach (SandboxLogEntry entry in sandbox.GetLogsAsync(options, stop).ConfigureAwait(false))
            {
                any = true;
                await writer.OutputAsync(entry).ConfigureAwait(false);
            }
        }

        if (!any)
        {
            await RequireKnownAsync(sandbox, stop).ConfigureAwait(false);
        }
    }

    private static async Task FollowAsync(Sandbox sandbox, SandboxLogOptions options, PipelineWriter writer, CancellationToken stop)
    {
        // Nobody waits for what an unknown sandbox may still write.
        await RequireKnownAsync(sandbox, stop).ConfigureAwait(false);
        await foreach (SandboxLogEntry entry in sandbox.FollowLogsAsync(options, stop).ConfigureAwait(false))
        {
            await writer.OutputAsync(entry).ConfigureAwait(false);
        }
    }

    /// <summary>The service has an empty log of a sandbox that nobody knows; whoever mistyped an id is to be told.</summary>
    private static async Task RequireKnownAsync(Sandbox sandbox, CancellationToken stop)
    {
        await foreach (SandboxLogEntry _ in sandbox.GetLogsAsync(new SandboxLogOptions { Limit = 1 }, stop).ConfigureAwait(false))
        {
            return;
        }

        await sandbox.GetInfoAsync(stop).ConfigureAwait(false);
    }
}
