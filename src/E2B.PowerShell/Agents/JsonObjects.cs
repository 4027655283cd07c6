using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Agents;

/// <summary>Between JSON and what scripts have of it.</summary>
internal static class JsonObjects
{
    /// <summary>A model reads text better than escapes; nothing of it goes into HTML.</summary>
    private static readonly JsonSerializerOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions _indented = new(_readable) { WriteIndented = true };

    public static string ToText(JsonNode node, bool indented = false) => node.ToJsonString(indented ? _indented : _readable);

    /// <summary>JSON as tables, lists and plain values.</summary>
    public static object? ToObject(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject table:
                var dictionary = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
                foreach ((string name, JsonNode? value) in table)
                {
                    dictionary.Add(name, ToObject(value));
                }

                return dictionary;
            case JsonArray list:
                return list.Select(ToObject).ToArray();
            case null:
                return null;
            default:
                return node.GetValueKind() switch
                {
                    JsonValueKind.String => node.GetValue<string>(),
                    JsonValueKind.True => true,
                    JsonValueKind.False => false,
                    _ => decimal.TryParse(node.ToJsonString(), CultureInfo.InvariantCulture, out decimal number) && number == decimal.Truncate(number)
                        && number is >= long.MinValue and <= long.MaxValue ? (object)(long)number : node.Deserialize<double>(),
                };
        }
    }

    /// <summary>A table as JSON of its own, nothing of it shared.</summary>
    public static JsonObject OfTable(IDictionary table) => JsonTables.ToObject(table);

    /// <summary>What a host has of a piece of JSON: its text, a table, an object of ConvertFrom-Json or of a library.</summary>
    /// <exception cref="JsonException">It is text and no JSON.</exception>
    /// <exception cref="E2BInvalidArgumentException">It cannot be JSON.</exception>
    public static JsonNode? Of(object? given)
    {
        object? value = given is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : given;
        return value switch
        {
            null => null,
            string text => Parse(text),
            JsonNode node => Parse(node.ToJsonString()),
            JsonElement element => Parse(element.GetRawText()),
            JsonDocument document => Parse(document.RootElement.GetRawText()),
            IDictionary table => JsonTables.ToObject(table),
            IEnumerable several => new JsonArray([.. several.Cast<object?>().Select(Of)]),
            _ => JsonTables.ToObject(PSObject.AsPSObject(value).Properties.Where(static property => property.IsGettable).ToDictionary(static property => property.Name, static property => (object?)property.Value)),
        };
    }

    /// <summary>Numbers, truth values, names of an enumeration and moments.</summary>
    public static bool TryPlain(object value, out JsonNode? node)
    {
        node = value switch
        {
            bool truth => JsonValue.Create(truth),
            Enum name => JsonValue.Create(name.ToString()),
            byte or sbyte or short or ushort or int or uint or long => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            ulong number => JsonValue.Create(number),
            decimal number => JsonValue.Create(number),
            double number when double.IsFinite(number) => JsonValue.Create(number),
            float number when float.IsFinite(number) => JsonValue.Create(number),
            double or float => JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture)),
            DateTime moment => JsonValue.Create(moment.ToString("O", CultureInfo.InvariantCulture)),
            DateTimeOffset moment => JsonValue.Create(moment.ToString("O", CultureInfo.InvariantCulture)),
            Guid id => JsonValue.Create(id.ToString()),
            _ => null,
        };
        return node is not null;
    }

    /// <summary>A name that comes twice and text with half a character would only be found when they are looked up: it is no JSON that one can act on.</summary>
    private static JsonNode? Parse(string text)
    {
        JsonNode? node = JsonNode.Parse(text);
        try
        {
            Touch(node);
        }
        catch (ArgumentException e)
        {
            throw new JsonException("A name comes twice in one object.", e);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A text has half a character: \\ud800 to \\udfff come in pairs.", e);
        }

        return node;
    }

    private static void Touch(JsonNode? node)
    {
        if (node?.GetValueKind() == JsonValueKind.String)
        {
            _ = node.GetValue<string>();
        }

        foreach (JsonNode? inner in node switch { JsonObject table => table.Select(static pair => pair.Value), JsonArray list => list, _ => [] })
        {
            Touch(inner);
        }
    }
}
