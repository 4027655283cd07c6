namespace E2B;

/// <summary>Something that a chart shows.</summary>
public abstract class ChartRow
{
    private protected ChartRow()
    {
    }
}

/// <summary>A point.</summary>
public sealed class ChartPoint : ChartRow
{
    internal ChartPoint(string series, object? x, object? y) => (Series, X, Y) = (series, x, y);

    /// <summary>The name of the line, or of the group of points, that it belongs to.</summary>
    public string Series { get; }

    /// <summary>A number, or text such as a date or category.</summary>
    public object? X { get; }

    /// <summary>A number, or text.</summary>
    public object? Y { get; }
}

/// <summary>A bar.</summary>
public sealed class ChartBar : ChartRow
{
    internal ChartBar(string group, string label, object? value) => (Group, Label, Value) = (group, label, value);

    /// <summary>The name of the bars that it belongs to, where there are several to a label.</summary>
    public string Group { get; }

    /// <summary>What is written at it.</summary>
    public string Label { get; }

    /// <summary>Its length, a number.</summary>
    public object? Value { get; }
}

/// <summary>A slice of a pie.</summary>
public sealed class ChartSlice : ChartRow
{
    internal ChartSlice(string label, double? angle, double? radius) => (Label, Angle, Radius) = (label, angle, radius);

    /// <summary>What is written at it.</summary>
    public string Label { get; }

    /// <summary>Its angle in degrees.</summary>
    public double? Angle { get; }

    /// <summary>Its radius.</summary>
    public double? Radius { get; }
}

/// <summary>A box with its whiskers.</summary>
public sealed class ChartBox : ChartRow
{
    internal ChartBox(string label) => Label = label;

    /// <summary>What is written at it.</summary>
    public string Label { get; }

    /// <summary>The lower whisker's end.</summary>
    public double? Min { get; init; }

    /// <summary>The box's lower end.</summary>
    public double? FirstQuartile { get; init; }

    /// <summary>The line in the box.</summary>
    public double? Median { get; init; }

    /// <summary>The box's upper end.</summary>
    public double? ThirdQuartile { get; init; }

    /// <summary>The upper whisker's end.</summary>
    public double? Max { get; init; }

    /// <summary>What lies beyond the whiskers.</summary>
    public IReadOnlyList<double> Outliers { get; init; } = [];
}
