using System.Globalization;
using E2B.PowerShell.Observing;

namespace E2B.PowerShell.Tests.Observing;

/// <summary>The chart shows what was measured.</summary>
public class MetricChartTests
{
    private static readonly DateTimeOffset _noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(true, 0, "▁", "0")]
    [InlineData(true, 3.1, "▁", "0")]
    [InlineData(true, 25, "█", "0")]
    [InlineData(true, 25.1, "▁", "1")]
    [InlineData(true, 62.5, "▄", "2")]
    [InlineData(true, 100, "█", "3")]
    [InlineData(false, 0, ".", "0")]
    [InlineData(false, 12.5, ":", "0")]
    [InlineData(false, 100, "#", "3")]
    public void A_values_height_is_its_share_of_the_whole(bool blocks, double percent, string top, string row)
    {
        string[] rows = PlotRows.Draw([percent], blocks);

        int at = int.Parse(row, CultureInfo.InvariantCulture);
        Assert.Equal(4, rows.Length);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(i > at ? " " : i == at ? top : blocks ? "█" : "#", rows[3 - i]);
        }
    }

    [Fact]
    public void Each_sample_has_a_column_while_there_is_room()
    {
        SandboxMetric[] samples = [At(0, 10), At(5, 20), At(10, 30)];

        Assert.Equal([10, 20, 30], PlotRows.Spread(samples, static one => one.CpuUsedPercent, 60));
    }

    [Fact]
    public void Where_several_fall_into_one_column_the_highest_is_shown()
    {
        SandboxMetric[] samples = [.. Enumerable.Range(0, 1000).Select(static i => At(i * 5, i == 500 ? 99 : i % 7))];

        double?[] spread = PlotRows.Spread(samples, static one => one.CpuUsedPercent, 50);

        Assert.Equal(50, spread.Length);
        Assert.DoesNotContain(null, spread);
        Assert.Equal(99, spread.Max());
        Assert.InRange(Array.IndexOf(spread, 99), 24, 26);
    }

    [Fact]
    public void A_pause_is_empty_and_an_uneven_clock_is_not()
    {
        SandboxMetric[] samples = [At(0, 1), At(5, 2), At(15, 3), At(20, 4), At(60, 5), At(65, 6)];

        Assert.Equal(
            [1, 2, 2, 3, 4, null, null, null, null, null, null, null, 5, 6], PlotRows.Spread(samples, static one => one.CpuUsedPercent, 60));
    }

    [Fact]
    public void It_says_in_words_and_lines_what_it_shows()
    {
        IReadOnlyList<string> lines = new MetricChart([At(0, 10), At(5, 95, 384), At(10, 50, 128)]).Draw(60, blocks: true);

        Assert.Equal("sbx1  2 CPU, 512 MiB, 3 samples", lines[0]);
        Assert.Equal("    100 %│ ▇", lines[1]);
        Assert.Equal("      CPU│ █", lines[2]);
        Assert.Equal("         │ ██", lines[3]);
        Assert.Equal("        0│▄██", lines[4]);
        Assert.Equal("  512 MiB│", lines[5]);
        Assert.Equal("   Memory│ █", lines[6]);
        Assert.Equal("         │ █", lines[7]);
        Assert.Equal("        0│▁██", lines[8]);
        Assert.Equal("CPU now 50 %, highest 95 %", lines[^2]);
        Assert.Equal("Memory now 128 MiB, highest 384 MiB", lines[^1]);
    }

    [Fact]
    public void Styles_are_around_the_plots_alone()
    {
        IReadOnlyList<string> lines = new MetricChart([At(0, 10)]).Draw(60, blocks: false, "<c>", "<m>", "</>");

        Assert.Equal("        0|<c>:</>", lines[4]);
        Assert.Equal("        0|<m>.</>", lines[8]);
        Assert.DoesNotContain('<', lines[0] + lines[^1]);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(0)]
    [InlineData(3)]
    public void A_plot_is_no_wider_than_the_window(int width)
    {
        SandboxMetric[] samples = [.. Enumerable.Range(0, 500).Select(static i => At(i * 5, 100))];

        string bottom = new MetricChart(samples).Draw(width, blocks: false)[4];

        Assert.Equal(width switch { 0 => 80, 3 => 20, _ => width }, bottom.Length);
    }

    private static SandboxMetric At(int seconds, double cpu, long memory = 1) => new()
    {
        SandboxId = "sbx1",
        Timestamp = _noon.AddSeconds(seconds),
        CpuCount = 2,
        CpuUsedPercent = cpu,
        MemoryUsed = memory << 20,
        MemoryTotal = 512L << 20,
    };
}
