using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using E2B.Protocol.Connect;

namespace E2B.Code.Wire;

/// <summary>What a line of the answer to running code is.</summary>
internal enum LineKind
{
    /// <summary>Something to hand out.</summary>
    Event,

    /// <summary>A sign of life.</summary>
    Keepalive,

    /// <summary>The code has ended: nothing comes after that.</summary>
    End,

    /// <summary>Something that this version does not know.</summary>
    Unknown,
}

/// <summary>Makes events of lines of JSON.</summary>
internal static partial class EventParser
{
    private static readonly HashSet<string> _known =
    [
        "type", "is_main_result", "text", "html", "markdown", "svg", "png", "jpeg", "pdf", "latex", "json", "javascript", "data", "chart", "extra",
    ];

    /// <summary>Reads a line.</summary>
    /// <exception cref="FramingException">It is no JSON object.</exception>
    public static (LineKind Kind, CodeEvent? Event) Parse(ReadOnlyMemory<byte> line, string sandboxId)
    {
        using JsonDocument document = Open(line);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FramingException($"A line of the answer is no JSON object but {root.ValueKind}.");
        }

        return root.Member("type").Text() switch
        {
            "stdout" => (LineKind.Event, Output(root, CommandStream.StdOut)),
            "stderr" => (LineKind.Event, Output(root, CommandStream.StdErr)),
            "result" => (LineKind.Event, new CodeResultEvent(Result(root, sandboxId))),
            "error" => (LineKind.Event, new CodeErrorEvent(new CodeError(
                root.Member("name").Text() ?? string.Empty, root.Member("value").Text() ?? string.Empty, root.Member("traceback").Text() ?? string.Empty))),
            "number_of_executions" when root.Member("execution_count").Number() is { } count => (LineKind.Event, new CodeCountEvent((int)count)),
            "end_of_execution" => (LineKind.End, null),
            "keepalive" => (LineKind.Keepalive, null),
            _ => (LineKind.Unknown, null),
        };
    }

    private static JsonDocument Open(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException e) when (WithoutNumbersThatJsonLacks(line) is { } mended)
        {
            try
            {
                return JsonDocument.Parse(mended);
            }
            catch (JsonException)
            {
                throw Invalid(e);
            }
        }
        catch (JsonException e)
        {
            throw Invalid(e);
        }
    }

    private static FramingException Invalid(JsonException cause) => new($"A line of the answer is no JSON: {cause.Message}", cause);

    /// <summary>Python writes <c>NaN</c> and <c>Infinity</c> where JSON has nothing for them: as text they pass.</summary>
    private static string? WithoutNumbersThatJsonLacks(ReadOnlyMemory<byte> line)
    {
        if (line.Span.IndexOf("NaN"u8) < 0 && line.Span.IndexOf("Infinity"u8) < 0)
        {
            return null;
        }

        return NoNumber().Replace(
            System.Text.Encoding.UTF8.GetString(line.Span), static match => match.Groups["word"].Success ? $"\"{match.Value}\"" : match.Value);
    }

    private static CodeOutputEvent Output(JsonElement root, CommandStream stream) =>
        new(root.Member("text").Text() ?? string.Empty, stream, Moment(root.Member("timestamp")));

    private static DateTimeOffset? Moment(JsonElement? value) =>
        DateTimeOffset.TryParse(value.Text(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment) ? moment : null;

    private static CodeResult Result(JsonElement root, string sandboxId)
    {
        var extra = new Dictionary<string, object?>();
        if (root.Member("extra") is { ValueKind: JsonValueKind.Object } others)
        {
            extra = JsonValues.ToDictionary(others);
        }

        foreach (JsonProperty member in root.EnumerateObject())
        {
            if (!_known.Contains(member.Name) && member.Value.ValueKind != JsonValueKind.Null)
            {
                extra[member.Name] = JsonValues.ToObject(member.Value);
            }
        }

        return new CodeResult
        {
            SandboxId = sandboxId,
            IsMainResult = root.Member("is_main_result") is { ValueKind: JsonValueKind.True },
            Text = root.Member("text").Text(),
            Html = root.Member("html").Text(),
            Markdown = root.Member("markdown").Text(),
            Svg = root.Member("svg").Text(),
            Png = Bytes(root, "png", extra),
            Jpeg = Bytes(root, "jpeg", extra),
            Pdf = Bytes(root, "pdf", extra),
            Latex = root.Member("latex").Text(),
            Json = root.Member("json") is { } json ? json.ValueKind == JsonValueKind.String ? root.Member("json").Text() : json.GetRawText() : null,
            JavaScript = root.Member("javascript").Text(),
            Data = Table(root.Member("data")),
            Chart = ChartParser.Parse(root.Member("chart")),
            Extra = extra,
        };
    }

    /// <summary>What is no Base64 is not lost: it is handed out as it is.</summary>
    private static byte[]? Bytes(JsonElement root, string name, Dictionary<string, object?> extra)
    {
        JsonElement? value = root.Member(name);
        byte[]? bytes = value.Base64();
        if (value is { } given && bytes is null)
        {
            extra[name] = JsonValues.ToObject(given);
        }

        return bytes;
    }

    private static CodeTable? Table(JsonElement? value)
    {
        if (value is not { ValueKind: JsonValueKind.Object } table)
        {
            return null;
        }

        var columns = new List<string>();
        var values = new List<IReadOnlyList<object?>>();
        foreach (JsonProperty column in table.EnumerateObject())
        {
            columns.Add(column.Name);
            values.Add(column.Value.ValueKind == JsonValueKind.Array ? column.Value.EnumerateArray().Select(JsonValues.ToObject).ToArray() : new[] { JsonValues.ToObject(column.Value) });
        }

        return new CodeTable(columns, values);
    }

    /// <summary>Text between quotes is matched first, and so stepped over.</summary>
    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|(?<word>-?Infinity|NaN)
        """, RegexOptions.NonBacktracking)]
    private static partial Regex NoNumber();
}
