namespace E2B;

/// <summary>What a chart shows, taken from the program that drew it. One whose kind is not known is only this.</summary>
public class Chart
{
    internal Chart(ChartType type, string? title, string json)
    {
        Type = type;
        Title = title;
        Json = json;
    }

    /// <summary>Its kind.</summary>
    public ChartType Type { get; }

    /// <summary>Its title; <see langword="null"/> where it has none.</summary>
    public string? Title { get; }

    /// <summary>All that was told of it, as JSON.</summary>
    public string Json { get; }

    /// <summary>What it shows as rows of a table, all of one kind: see the chart's own type. Empty where its kind is not known.</summary>
    public virtual IReadOnlyList<ChartRow> Points => [];

    /// <summary>Kind and title.</summary>
    public override string ToString() => Title is null ? Type.ToString() : $"{Type}: {Title}";
}
