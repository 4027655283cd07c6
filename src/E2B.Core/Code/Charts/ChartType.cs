namespace E2B;

/// <summary>The kind of a chart.</summary>
public enum ChartType
{
    /// <summary>Another kind than those that are known here.</summary>
    Unknown,

    /// <summary>Lines: <see cref="PointChart"/>.</summary>
    Line,

    /// <summary>Points: <see cref="PointChart"/>.</summary>
    Scatter,

    /// <summary>Bars: <see cref="BarChart"/>.</summary>
    Bar,

    /// <summary>A pie: <see cref="PieChart"/>.</summary>
    Pie,

    /// <summary>Boxes with whiskers: <see cref="BoxAndWhiskerChart"/>.</summary>
    BoxAndWhisker,

    /// <summary>Several charts in one picture: <see cref="SuperChart"/>.</summary>
    SuperChart,
}
