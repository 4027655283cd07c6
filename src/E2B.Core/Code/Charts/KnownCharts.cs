namespace E2B;

/// <summary>Lines or single points. Its rows are <see cref="ChartPoint"/>.</summary>
public sealed class PointChart : PlanarChart
{
    internal PointChart(ChartType type, string? title, string json, ChartAxis x, ChartAxis y, IReadOnlyList<ChartSeries> series)
        : base(type, title, json, x, y)
    {
        Series = series;
        Points = series.SelectMany(static one => one.Points).ToArray<ChartRow>();
    }

    /// <summary>The lines, or the groups of points.</summary>
    public IReadOnlyList<ChartSeries> Series { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ChartRow> Points { get; }
}

/// <summary>A line of a chart, or a group of points.</summary>
public sealed class ChartSeries
{
    internal ChartSeries(string label, IReadOnlyList<ChartPoint> points) => (Label, Points) = (label, points);

    /// <summary>Its name.</summary>
    public string Label { get; }

    /// <summary>Its points, in order.</summary>
    public IReadOnlyList<ChartPoint> Points { get; }

    /// <summary>Its name.</summary>
    public override string ToString() => Label;
}

/// <summary>Bars. Its rows are <see cref="ChartBar"/>.</summary>
public sealed class BarChart : PlanarChart
{
    internal BarChart(string? title, string json, ChartAxis x, ChartAxis y, IReadOnlyList<ChartBar> bars)
        : base(ChartType.Bar, title, json, x, y) => Points = bars;

    /// <inheritdoc/>
    public override IReadOnlyList<ChartRow> Points { get; }
}

/// <summary>A pie. Its rows are <see cref="ChartSlice"/>.</summary>
public sealed class PieChart : Chart
{
    internal PieChart(string? title, string json, IReadOnlyList<ChartSlice> slices)
        : base(ChartType.Pie, title, json) => Points = slices;

    /// <inheritdoc/>
    public override IReadOnlyList<ChartRow> Points { get; }
}

/// <summary>Boxes with whiskers. Its rows are <see cref="ChartBox"/>.</summary>
public sealed class BoxAndWhiskerChart : PlanarChart
{
    internal BoxAndWhiskerChart(string? title, string json, ChartAxis x, ChartAxis y, IReadOnlyList<ChartBox> boxes)
        : base(ChartType.BoxAndWhisker, title, json, x, y) => Points = boxes;

    /// <inheritdoc/>
    public override IReadOnlyList<ChartRow> Points { get; }
}

/// <summary>Several charts in one picture. Its rows are those of all of them, one after the other; each chart has its own.</summary>
public sealed class SuperChart : Chart
{
    internal SuperChart(string? title, string json, IReadOnlyList<Chart> charts)
        : base(ChartType.SuperChart, title, json)
    {
        Charts = charts;
        Points = charts.SelectMany(static chart => chart.Points).ToArray();
    }

    /// <summary>The charts.</summary>
    public IReadOnlyList<Chart> Charts { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ChartRow> Points { get; }
}
