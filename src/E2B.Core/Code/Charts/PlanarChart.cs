namespace E2B;

/// <summary>A chart with two axes.</summary>
public abstract class PlanarChart : Chart
{
    private protected PlanarChart(ChartType type, string? title, string json, ChartAxis x, ChartAxis y)
        : base(type, title, json)
    {
        (X, Y) = (x, y);
    }

    /// <summary>The axis of what is independent, which bars that lie have upright.</summary>
    public ChartAxis X { get; }

    /// <summary>The other axis.</summary>
    public ChartAxis Y { get; }
}

/// <summary>An axis of a chart.</summary>
public sealed class ChartAxis
{
    internal ChartAxis()
    {
    }

    /// <summary>What is written at it; <see langword="null"/> where nothing is.</summary>
    public string? Label { get; init; }

    /// <summary>The unit, from the label's brackets; <see langword="null"/> where there is none.</summary>
    public string? Unit { get; init; }

    /// <summary>How it is divided: <c>linear</c>, <c>datetime</c>, <c>categorical</c>, <c>log</c> and others; <see langword="null"/> where that was not told.</summary>
    public string? Scale { get; init; }

    /// <summary>Where its ticks are: numbers, or text such as dates.</summary>
    public IReadOnlyList<object?> Ticks { get; init; } = [];

    /// <summary>What is written at the ticks.</summary>
    public IReadOnlyList<string> TickLabels { get; init; } = [];

    /// <summary>The label.</summary>
    public override string ToString() => Label ?? string.Empty;
}
