namespace E2B.PowerShell.Observing;

/// <summary>The picture of a curve in characters: a column for each stretch of time.</summary>
internal static class PlotRows
{
    /// <summary>Lines of a plot.</summary>
    public const int Height = 4;

    private const string Blocks = " ▁▂▃▄▅▆▇█";
    private const string Ascii = " .:|#";

    /// <summary>How many columns the samples take: one each, or all there are.</summary>
    public static int Count(IReadOnlyList<SandboxMetric> samples, int columns)
    {
        TimeSpan step = UsualStep(samples);
        return step == TimeSpan.Zero ? 1 : (int)Math.Min(columns, Math.Round((samples[^1].Timestamp - samples[0].Timestamp) / step) + 1);
    }

    /// <summary>
    /// Spreads samples over columns by their time, the highest where several fall into one. A gap of one or two samples
    /// is the clock's unevenness and is filled; a longer one, as of a pause, stays empty.
    /// </summary>
    public static double?[] Spread(IReadOnlyList<SandboxMetric> samples, Func<SandboxMetric, double> percent, int columns)
    {
        TimeSpan step = UsualStep(samples);
        var spread = new double?[Count(samples, columns)];
        DateTimeOffset begin = samples[0].Timestamp;
        TimeSpan span = samples[^1].Timestamp - begin;
        int before = 0;
        for (int i = 0; i < samples.Count; i++)
        {
            int column = spread.Length == 1 ? 0 : (int)Math.Round((samples[i].Timestamp - begin) / span * (spread.Length - 1));
            if (i > 0 && samples[i].Timestamp - samples[i - 1].Timestamp <= 3 * step)
            {
                for (int between = before + 1; between < column; between++)
                {
                    spread[between] = spread[before];
                }
            }

            spread[column] = Math.Max(spread[column] ?? 0, percent(samples[i]));
            before = column;
        }

        return spread;
    }

    /// <summary>The lines, from the top. What was measured is seen, be it 0.</summary>
    public static string[] Draw(double?[] percents, bool blocks)
    {
        string heights = blocks ? Blocks : Ascii;
        int full = heights.Length - 1;
        int[] levels = [.. percents.Select(one => one is { } percent ? Math.Clamp((int)Math.Ceiling(percent / 100 * Height * full), 1, Height * full) : 0)];
        return
        [
            .. Enumerable.Range(0, Height).Reverse()
                .Select(row => string.Concat(levels.Select(level => heights[Math.Clamp(level - (row * full), 0, full)]))),
        ];
    }

    private static TimeSpan UsualStep(IReadOnlyList<SandboxMetric> samples)
    {
        TimeSpan[] steps = [.. samples.Zip(samples.Skip(1), static (a, b) => b.Timestamp - a.Timestamp).Where(static one => one > TimeSpan.Zero).Order()];
        return steps.Length == 0 ? TimeSpan.Zero : steps[steps.Length / 2];
    }
}
