using System.Management.Automation;

namespace E2B.PowerShell.Pipeline;

/// <summary>Where a worker's records end up. Only the thread that owns the pipeline calls it.</summary>
internal interface IPipelineSink
{
    void WriteOutput(object? value);

    void WriteFailure(ErrorRecord error);

    void WriteNote(InformationRecord information);

    void WriteWarningText(string text);

    void WriteVerboseText(string text);

    void WriteProgressBar(ProgressRecord progress);
}
