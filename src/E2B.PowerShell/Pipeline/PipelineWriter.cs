using System.Management.Automation;
using System.Threading.Channels;

namespace E2B.PowerShell.Pipeline;

/// <summary>A worker's end of the queue. Every write waits while the pipeline is busy.</summary>
internal readonly struct PipelineWriter(ChannelWriter<PipelineItem> items, CancellationToken stop)
{
    public ValueTask OutputAsync(object? value) => items.WriteAsync(new PipelineItem.Output(value), stop);

    public ValueTask LinesAsync(IReadOnlyList<string> lines) => items.WriteAsync(new PipelineItem.Lines(lines), stop);

    public ValueTask BytesAsync(byte[] bytes) => items.WriteAsync(new PipelineItem.Bytes(bytes), stop);

    public ValueTask HostTextAsync(string text, string source) => items.WriteAsync(new PipelineItem.HostText(text, source), stop);

    public ValueTask HostObjectAsync(object value, string source) => items.WriteAsync(new PipelineItem.HostObject(value, source), stop);

    public ValueTask FailureAsync(ErrorRecord error) => items.WriteAsync(new PipelineItem.Failure(error), stop);

    public ValueTask WarningAsync(string text) => items.WriteAsync(new PipelineItem.Warning(text), stop);

    public ValueTask VerboseAsync(string text) => items.WriteAsync(new PipelineItem.Verbose(text), stop);

    /// <summary>Tells of a request that is sent again. A full queue drops it: the pipeline has more to tell than it can.</summary>
    public void TryVerbose(RequestRepeat repeat) => items.TryWrite(new PipelineItem.Verbose(repeat.ToString()));

    /// <summary>Shows how far the work is. A full queue drops it: the next one says more.</summary>
    public void TryProgress(ProgressRecord progress) => items.TryWrite(new PipelineItem.Progress(progress));
}
