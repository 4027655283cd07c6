using System.Globalization;
using System.Management.Automation;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Copying;

/// <summary>Shows how far a copy is: bytes, rate and time left.</summary>
internal sealed class CopyProgress(PipelineWriter writer, int id, string activity) : IProgress<TransferProgress>
{
    private static readonly string[] _units = ["B", "KiB", "MiB", "GiB", "TiB"];

    public void Report(TransferProgress value)
    {
        bool isDone = value.FilesDone >= value.FilesTotal && value.BytesDone >= value.BytesTotal;
        string status = string.Create(
            CultureInfo.CurrentCulture,
            $"{Size(value.BytesDone)} of {Size(value.BytesTotal)}, {value.FilesDone} of {value.FilesTotal} files, {Size(value.BytesPerSecond)}/s");
        writer.TryProgress(new ProgressRecord(id, activity, status)
        {
            PercentComplete = Percent(value),
            SecondsRemaining = value.TimeLeft is { } left ? (int)Math.Min(int.MaxValue, Math.Ceiling(left.TotalSeconds)) : -1,
            CurrentOperation = value.CurrentPath,
            RecordType = isDone ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        });
    }

    /// <summary>Bytes as a person reads them.</summary>
    internal static string Size(double bytes)
    {
        int unit = 0;
        while (bytes >= 1024 && unit < _units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return bytes.ToString(unit == 0 ? "0" : "0.0", CultureInfo.CurrentCulture) + " " + _units[unit];
    }

    private static int Percent(TransferProgress value)
    {
        (double done, double total) = value.BytesTotal > 0 ? (value.BytesDone, value.BytesTotal) : (value.FilesDone, value.FilesTotal);
        return total > 0 ? (int)Math.Clamp(100 * done / total, 0, 100) : 100;
    }
}
