using System.Management.Automation;

namespace E2B.PowerShell.Pipeline;

/// <summary>
/// What travels from a worker to the pipeline. An item may stand for thousands of records: the queue is
/// crossed once a chunk, not once a line.
/// </summary>
internal abstract record PipelineItem
{
    public abstract void WriteTo(IPipelineSink sink);

    internal sealed record Output(object? Value) : PipelineItem
    {
        public override void WriteTo(IPipelineSink sink) => sink.WriteOutput(Value);
    }

    internal sealed record Lines(IReadOnlyList<string> Values) : PipelineItem
    {
        public override void WriteTo(IPipelineSink sink)
        {
            for (int i = 0; i < Values.Count; i++)
            {
                sink.WriteOutput(Values[i]);
            }
        }
    }

    internal sealed record Bytes(byte[] Values) : PipelineItem
    {
        public override void WriteTo(IPipelineSink sink)
        {
            foreach (byte value in Values)
            {
                sink.WriteOutput(value);
            }
        }
    }

    /// <summary>Text for the person at the prompt, as Write-Host writes it: shown by the host, captured by <c>6&gt;&amp;1</c>.</summary>
    internal sealed record HostText(string Text, string Source) : PipelineItem
    {
        public override void WriteTo(IPipelineSink sink)
        {
            var record = new InformationRecord(new HostInformationMessage { Message = Text }, Source);
            record.Tags.Add("PSHOST");
            sink.WriteNote(record);
        }
    }

    /// <summary>An object for the person at the prompt, who sees its text; <c>6&gt;&amp;1</c> captures it.</summary>
    internal sealed record HostObject(object Value, string Source) : PipelineItem
    {
        public override void WriteTo(IPipelineSink sink)
        {
            var record = new InformationRecord(Value, Source);
            record.Tags.Add("PSHOST");
            sink.WriteNote(record);
        }
    }

    internal sealed record Failure(ErrorRecord Error) : PipelineItem
    {
        public override void WriteTo(IPipelineSink sink) => sink.WriteFailure(Error);
    }

    internal sealed record Warning(string Text) : PipelineItem
    {
        public override void WriteTo(IPipelineSink sink) => sink.WriteWarningText(Text);
    }

    internal sealed record Verbose(string Text) : PipelineItem
    {
        public override void WriteTo(IPipelineSink sink) => sink.WriteVerboseText(Text);
    }

    internal sealed record Progress(ProgressRecord Value) : PipelineItem
    {
        public override void WriteTo(IPipelineSink sink) => sink.WriteProgressBar(Value);
    }
}
