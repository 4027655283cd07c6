using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Observing;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Shows what sandboxes use: processors, memory and disk.</summary>
[Cmdlet(VerbsCommon.Get, "E2BSandboxMetric", DefaultParameterSetName = RangeSet)]
[OutputType(typeof(SandboxMetric), typeof(MetricChart))]
public sealed class GetE2BSandboxMetricCommand : ObservingCmdlet
{
    private const string RangeSet = "Range";
    private const string LatestSet = "Latest";
    private const string FollowSet = "Follow";

    /// <summary>The earliest moment: a date, or how long ago.</summary>
    [Parameter(ParameterSetName = RangeSet)]
    [Parameter(ParameterSetName = FollowSet)]
    [MomentTransformation]
    public DateTimeOffset Start { get; set; }

    /// <summary>The latest moment: a date, or how long ago.</summary>
    [Parameter(ParameterSetName = RangeSet)]
    [MomentTransformation]
    public DateTimeOffset End { get; set; }

    /// <summary>A chart of processors and memory over time, one for each sandbox, instead of the samples.</summary>
    [Parameter(ParameterSetName = RangeSet)]
    public SwitchParameter Chart { get; set; }

    /// <summary>Only the newest sample of each sandbox.</summary>
    [Parameter(ParameterSetName = LatestSet, Mandatory = true)]
    public SwitchParameter Latest { get; set; }

    /// <summary>Go on with what is measured, until the sandbox is gone.</summary>
    [Parameter(ParameterSetName = FollowSet, Mandatory = true)]
    [Alias("Wait")]
    public SwitchParameter Follow { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        DateTimeOffset? start = Given(nameof(Start)) ? Start : null;
        DateTimeOffset? end = Given(nameof(End)) ? End : null;
        if (start > end)
        {
            Refuse("E2BInvalidArgument", "-End is before -Start.", End);
        }

        IReadOnlyList<Sandbox> sandboxes = Targets();
        if (Latest)
        {
            WriteLatest(sandboxes);
        }
        else
        {
            ReadEach(sandboxes, Follow, Follow
                ? (sandbox, writer, stop) => FollowAsync(sandbox, start, writer, stop)
                : (sandbox, writer, stop) => ReadAsync(sandbox, start, end, Chart, writer, stop));
        }
    }

    private static async Task ReadAsync(
        Sandbox sandbox, DateTimeOffset? start, DateTimeOffset? end, bool asChart, PipelineWriter writer, CancellationToken stop)
    {
        IReadOnlyList<SandboxMetric> samples = await sandbox.GetMetricsAsync(start, end, stop).ConfigureAwait(false);
        if (samples.Count == 0)
        {
            await RequireKnownAsync(sandbox, stop).ConfigureAwait(false);
        }
        else if (asChart)
        {
            await writer.OutputAsync(new MetricChart(samples)).ConfigureAwait(false);
        }
        else
        {
            foreach (SandboxMetric sample in samples)
            {
                await writer.OutputAsync(sample).ConfigureAwait(false);
            }
        }
    }

    private static async Task FollowAsync(Sandbox sandbox, DateTimeOffset? start, PipelineWriter writer, CancellationToken stop)
    {
        await RequireKnownAsync(sandbox, stop).ConfigureAwait(false);
        await foreach (SandboxMetric sample in sandbox.FollowMetricsAsync(start, stop).ConfigureAwait(false))
        {
            await writer.OutputAsync(sample).ConfigureAwait(false);
        }
    }

    /// <summary>The service measured nothing of a sandbox that nobody knows; whoever mistyped an id is to be told.</summary>
    private static async Task RequireKnownAsync(Sandbox sandbox, CancellationToken stop)
    {
        if ((await sandbox.Client.Sandboxes.GetMetricsAsync([sandbox.SandboxId], stop).ConfigureAwait(false)).Count == 0)
        {
            await sandbox.GetInfoAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>One request for many sandboxes; whether those of which there is no sample exist, is asked one by one.</summary>
    private void WriteLatest(IReadOnlyList<Sandbox> sandboxes)
    {
        var missing = new List<Sandbox>();
        foreach (IGrouping<E2BClient, Sandbox> group in sandboxes.DistinctBy(static one => (one.Client, one.SandboxId)).GroupBy(static one => one.Client))
        {
            E2BClient client = WithTimeout(group.Key);
            if (!TryAwait(stop => client.Sandboxes.GetMetricsAsync(group.Select(static one => one.SandboxId), stop), null, out IReadOnlyList<SandboxMetric> samples))
            {
                continue;
            }

            foreach (SandboxMetric sample in samples)
            {
                WriteObject(sample);
            }

            missing.AddRange(group.ExceptBy(samples.Select(static one => one.SandboxId), static one => one.SandboxId));
        }

        ReadEach(missing, atOnce: false, static (sandbox, _, stop) => sandbox.GetInfoAsync(stop));
    }

    private bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
