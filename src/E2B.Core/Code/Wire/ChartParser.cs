using System.Text.Json;

namespace E2B.Code.Wire;

/// <summary>Reads what a chart shows. What is missing or of another form is left out: a chart never makes a result fail.</summary>
/// <remarks>Lists are arrays: the compiler's own read-only lists are none that PowerShell could take an element of.</remarks>
internal static class ChartParser
{
    /// <summary>Reads a chart; <see langword="null"/> where nothing was told of one.</summary>
    public static Chart? Parse(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Object } chart && chart.EnumerateObject().Any() ? Read(chart) : null;

    private static Chart Read(JsonElement chart)
    {
        string? title = chart.Member("title").Text() is { Length: > 0 } text ? text : null;
        string json = chart.GetRawText();
        IEnumerable<JsonElement> elements = chart.Member("elements").Elements();
        return chart.Member("type").Text() switch
        {
            "line" => new PointChart(ChartType.Line, title, json, Axis(chart, 'x'), Axis(chart, 'y'), elements.Select(Series).ToArray()),
            "scatter" => new PointChart(ChartType.Scatter, title, json, Axis(chart, 'x'), Axis(chart, 'y'), elements.Select(Series).ToArray()),
            "bar" => new BarChart(title, json, Axis(chart, 'x'), Axis(chart, 'y'), elements.Select(Bar).ToArray()),
            "pie" => new PieChart(title, json, elements.Select(Slice).ToArray()),
            "box_and_whisker" => new BoxAndWhiskerChart(title, json, Axis(chart, 'x'), Axis(chart, 'y'), elements.Select(Box).ToArray()),
            "superchart" => new SuperChart(title, json, elements.Where(static part => part.ValueKind == JsonValueKind.Object).Select(Read).ToArray()),
            _ => new Chart(ChartType.Unknown, title, json),
        };
    }

    private static ChartAxis Axis(JsonElement chart, char axis) => new()
    {
        Label = chart.Member($"{axis}_label").Text(),
        Unit = chart.Member($"{axis}_unit").Text(),
        Scale = chart.Member($"{axis}_scale").Text(),
        Ticks = chart.Member($"{axis}_ticks").Elements().Select(Value).ToArray(),
        TickLabels = chart.Member($"{axis}_tick_labels").Elements().Select(static label => ((JsonElement?)label).Text() ?? string.Empty).ToArray(),
    };

    private static ChartSeries Series(JsonElement series)
    {
        string label = Label(series);
        return new ChartSeries(label, series.Member("points").Elements()
            .Where(static point => point.ValueKind == JsonValueKind.Array && point.GetArrayLength() >= 2)
            .Select(point => new ChartPoint(label, Value(point[0]), Value(point[1]))).ToArray());
    }

    private static ChartBar Bar(JsonElement bar) =>
        new(bar.Member("group").Text() ?? string.Empty, Label(bar), bar.Member("value") is { } value ? Value(value) : null);

    private static ChartSlice Slice(JsonElement slice) => new(Label(slice), slice.Member("angle").Number(), slice.Member("radius").Number());

    private static ChartBox Box(JsonElement box) => new(Label(box))
    {
        Min = box.Member("min").Number(),
        FirstQuartile = box.Member("first_quartile").Number(),
        Median = box.Member("median").Number(),
        ThirdQuartile = box.Member("third_quartile").Number(),
        Max = box.Member("max").Number(),
        Outliers = box.Member("outliers").Elements().Select(static outlier => ((JsonElement?)outlier).Number()).OfType<double>().ToArray(),
    };

    private static string Label(JsonElement element) => element.Member("label").Text() ?? string.Empty;

    /// <summary>All numbers alike, so that columns of a table have one type.</summary>
    private static object? Value(JsonElement value) => ((JsonElement?)value).Number() is { } number ? number : JsonValues.ToObject(value);
}
