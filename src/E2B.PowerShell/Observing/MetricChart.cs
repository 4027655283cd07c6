using System.Globalization;

namespace E2B.PowerShell.Observing;

/// <summary>A sandbox's processors and memory over time, for a terminal.</summary>
public sealed class MetricChart
{
    private const int LabelWidth = 9;
    private const int SmallestPlot = 10;
    private const int WidthWhenUnknown = 80;
    private const double MebiByte = 1024 * 1024;

    internal MetricChart(IEnumerable<SandboxMetric> samples) => Samples = samples.ToArray();

    /// <summary>The sandbox's id.</summary>
    public string SandboxId => Samples[0].SandboxId;

    /// <summary>The moment of the first sample, in UTC.</summary>
    public DateTimeOffset Start => Samples[0].Timestamp;

    /// <summary>The moment of the last sample, in UTC.</summary>
    public DateTimeOffset End => Samples[^1].Timestamp;

    /// <summary>What is shown.</summary>
    public IReadOnlyList<SandboxMetric> Samples { get; }

    /// <summary>Whether this terminal's encoding has block characters.</summary>
    public static bool CanShowBlocks => Console.OutputEncoding.CodePage is 65001 or 1200 && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>The chart as lines.</summary>
    /// <param name="width">Characters in a line; 0 or less where nobody knows, as in a redirected output, which counts as 80.</param>
    /// <param name="blocks">Block characters, eight heights to a line; ASCII without them.</param>
    /// <param name="cpuStyle">What is written before a plot of the processors, such as a colour.</param>
    /// <param name="memoryStyle">The same for memory.</param>
    /// <param name="reset">What is written after a plot.</param>
    public IReadOnlyList<string> Draw(int width, bool blocks, string cpuStyle = "", string memoryStyle = "", string reset = "")
    {
        int columns = Math.Max(SmallestPlot, (width > 0 ? width : WidthWhenUnknown) - LabelWidth - 1);
        SandboxMetric last = Samples[^1];
        char axis = blocks ? '│' : '|';
        var lines = new List<string> { Text($"{SandboxId}  {last.CpuCount} CPU, {Size(last.MemoryTotal)}, {Samples.Count} samples") };

        void Plot(Func<SandboxMetric, double> percent, string top, string name, string style)
        {
            string[] labels = [top, name, .. Enumerable.Repeat(string.Empty, PlotRows.Height - 3), "0"];
            string[] rows = PlotRows.Draw(PlotRows.Spread(Samples, percent, columns), blocks);
            lines.AddRange(rows.Select((row, i) => $"{labels[i].PadLeft(LabelWidth)}{axis}{style}{row.TrimEnd()}{(style.Length > 0 ? reset : string.Empty)}"));
        }

        Plot(static one => one.CpuUsedPercent, "100 %", "CPU", cpuStyle);
        Plot(static one => one.MemoryUsedPercent, Size(last.MemoryTotal), "Memory", memoryStyle);

        // The last sample's time stands below it, where there is room.
        int shown = PlotRows.Count(Samples, columns);
        string begin = Time(Start), end = Time(End);
        lines.Add(new string(' ', LabelWidth + 1) + (shown >= begin.Length + end.Length + 1 ? begin + end.PadLeft(shown - begin.Length) : $"{begin} - {end}"));
        lines.Add(Text($"CPU now {last.CpuUsedPercent:0.#} %, highest {Samples.Max(static one => one.CpuUsedPercent):0.#} %"));
        lines.Add(Text($"Memory now {Size(last.MemoryUsed)}, highest {Size(Samples.Max(static one => one.MemoryUsed))}"));
        return lines;
    }

    /// <summary>The chart as plain text, 80 characters wide, in ASCII.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Draw(WidthWhenUnknown, blocks: false));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Size(long bytes) => bytes >= 10_000 * MebiByte
        ? Text($"{bytes / MebiByte / 1024:0.#} GiB")
        : Text($"{bytes / MebiByte:0} MiB");
}
