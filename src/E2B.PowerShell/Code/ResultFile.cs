using System.Globalization;
using System.Text;
using System.Text.Json;

namespace E2B.PowerShell.Code;

/// <summary>Which representation of a result goes into which file.</summary>
internal static class ResultFile
{
    /// <summary>The representations, the one that shows most first, with the extensions of their files.</summary>
    private static readonly (string Name, string[] Extensions, Func<CodeResult, byte[]?> Content)[] _forms =
    [
        ("png", [".png"], static result => result.Png),
        ("jpeg", [".jpg", ".jpeg"], static result => result.Jpeg),
        ("svg", [".svg"], static result => Bytes(result.Svg)),
        ("pdf", [".pdf"], static result => result.Pdf),
        ("csv", [".csv"], static result => Bytes(Csv(result))),
        ("html", [".html", ".htm"], static result => Bytes(result.Html)),
        ("markdown", [".md", ".markdown"], static result => Bytes(result.Markdown)),
        ("latex", [".tex", ".latex"], static result => Bytes(result.Latex)),
        ("json", [".json"], static result => Bytes(result.Json ?? result.Chart?.Json ?? Json(result.Data))),
        ("javascript", [".js"], static result => Bytes(result.JavaScript)),
        ("text", [".txt"], static result => Bytes(result.Text)),
    ];

    /// <summary>The names of the representations that can be saved.</summary>
    public static IEnumerable<string> Names => _forms.Select(static form => form.Name);

    /// <summary>The representation that a file's name asks for; <see langword="null"/> when it asks for none that is known.</summary>
    public static string? FormOf(string path)
    {
        string extension = Path.GetExtension(path);
        return _forms.FirstOrDefault(form => form.Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase)).Name;
    }

    /// <summary>The extension of files with a representation.</summary>
    public static string ExtensionOf(string form) => _forms.First(one => one.Name == form).Extensions[0];

    /// <summary>The representation that shows most of a result.</summary>
    public static string? BestOf(CodeResult result) => _forms.FirstOrDefault(form => form.Content(result) is not null).Name;

    /// <summary>A representation's bytes; <see langword="null"/> where the result has it not.</summary>
    public static byte[]? Content(CodeResult result, string form) => _forms.First(one => one.Name == form).Content(result);

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    /// <summary>The data frame, or what the chart shows, as a table.</summary>
    private static string? Csv(CodeResult result)
    {
        if (result.Data is { } table)
        {
            return Csv(table.Columns, table.Rows);
        }

        if (result.Chart is not { Points.Count: > 0 } chart)
        {
            return null;
        }

        // Charts of several kinds have no common columns.
        Type kind = chart.Points[0].GetType();
        System.Reflection.PropertyInfo[] columns = kind.GetProperties();
        return chart.Points.All(point => point.GetType() == kind)
            ? Csv(columns.Select(static column => column.Name), chart.Points.Select(point => columns.Select(column => column.GetValue(point))))
            : null;
    }

    private static string Csv(IEnumerable<string> columns, IEnumerable<IEnumerable<object?>> rows)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', columns.Select(Field)).Append("\r\n");
        foreach (IEnumerable<object?> row in rows)
        {
            text.AppendJoin(',', row.Select(static value => Field(Text(value)))).Append("\r\n");
        }

        return text.ToString();
    }

    private static string Text(object? value) => value switch
    {
        null => string.Empty,
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => JsonSerializer.Serialize(value),
    };

    private static string Field(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static string? Json(CodeTable? table) => table is null
        ? null
        : JsonSerializer.Serialize(table.Rows.Select(row => table.Columns.Select((name, i) => (name, row[i])).GroupBy(static cell => cell.name)
            .ToDictionary(static cells => cells.Key, static cells => cells.Last().Item2)));
}
