using System.Globalization;
using System.Management.Automation;
using E2B.PowerShell.Copying;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Templates;

/// <summary>Shows how far a build is: its steps, and before them what is read and sent.</summary>
internal sealed class BuildProgressBar(PipelineWriter writer, string name) : IProgress<TemplateBuildProgress>
{
    private const int Id = 0;

    private readonly string _activity = $"Building {name}";
    private bool _isShown;

    public void Report(TemplateBuildProgress value)
    {
        _isShown = true;
        writer.TryProgress(new ProgressRecord(Id, _activity, StatusOf(value))
        {
            PercentComplete = PercentOf(value),
            CurrentOperation = value.Phase == TemplateBuildPhase.Uploading ? Line(value.Text) : null,
        });
    }

    public void Complete()
    {
        if (_isShown)
        {
            writer.TryProgress(new ProgressRecord(Id, _activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }

    private static string StatusOf(TemplateBuildProgress value)
    {
        string step = string.Create(CultureInfo.CurrentCulture, $"step {value.StepNumber} of {value.StepCount}");
        return value.Phase switch
        {
            TemplateBuildPhase.Hashing => $"Reading the files of {step}: {Line(value.Text)}",
            TemplateBuildPhase.Uploading => $"Sending the files of {step}: {CopyProgress.Size(value.BytesSent)} of {CopyProgress.Size(value.BytesTotal)}",
            _ when value.StepNumber < 1 || value.StepNumber > value.StepCount => Line(value.Text) + (value.IsCached ? " (cached)" : null),
            _ => $"{char.ToUpper(step[0], CultureInfo.InvariantCulture)}{step[1..]}: {Line(value.Text)}{(value.IsCached ? " (cached)" : null)}",
        };
    }

    private static int PercentOf(TemplateBuildProgress value) => value.Phase switch
    {
        TemplateBuildPhase.Hashing => -1,
        TemplateBuildPhase.Uploading => value.BytesTotal > 0 ? (int)(100 * value.BytesSent / value.BytesTotal) : -1,
        // What it starts from and what comes after the steps are two more.
        _ => value.StepCount > 0 ? Math.Min(100, 100 * value.StepNumber / (value.StepCount + 2)) : -1,
    };

    private static string Line(string text) => text.Length == 0 ? "…" : text.ReplaceLineEndings(" ");
}
