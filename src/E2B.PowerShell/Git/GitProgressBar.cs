using System.Management.Automation;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Git;

/// <summary>Shows how far git is.</summary>
internal sealed class GitProgressBar(PipelineWriter writer, int id, string activity) : IProgress<GitProgress>
{
    private bool _isShown;

    public void Report(GitProgress value)
    {
        _isShown = true;
        string count = value.Total is { } total ? $"{value.Done} of {total}" : $"{value.Done}";
        string detail = value.Detail.Length > 0 ? ", " + value.Detail : string.Empty;
        writer.TryProgress(new ProgressRecord(id, activity, $"{value.Phase}: {count}{detail}") { PercentComplete = value.Percent ?? -1 });
    }

    public void Complete()
    {
        if (_isShown)
        {
            writer.TryProgress(new ProgressRecord(id, activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }
}
