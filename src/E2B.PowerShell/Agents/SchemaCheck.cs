using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace E2B.PowerShell.Agents;

/// <summary>
/// Compares arguments with a schema. It knows the words that definitions use, and refuses others: a rule that somebody added
/// must not be passed over in silence.
/// </summary>
internal sealed class SchemaCheck
{
    private readonly List<string> _faults = [];

    /// <summary>What is wrong, in sentences that a model can act on.</summary>
    /// <exception cref="E2BInvalidArgumentException">The schema has a word that is not known here.</exception>
    public static IReadOnlyList<string> Find(JsonObject schema, JsonObject arguments)
    {
        var check = new SchemaCheck();
        check.Compare(schema, arguments, string.Empty);
        return check._faults;
    }

    private void Compare(JsonObject schema, JsonNode? value, string where)
    {
        foreach ((string word, JsonNode? rule) in schema)
        {
            switch (word)
            {
                case "type" when !IsOf((string)rule!, value):
                    // What else would be said of a value of another type helps nobody.
                    _faults.Add($"{Name(where)} has to be {Article((string)rule!)}, and is {Article(TypeOf(value))}.");
                    return;
                case "enum" when !((JsonArray)rule!).Any(one => JsonNode.DeepEquals(one, value)):
                    _faults.Add($"{Name(where)} has to be one of {string.Join(", ", ((JsonArray)rule!).Select(static one => one!.ToJsonString()))}.");
                    break;
                case "minimum" when value is JsonValue && Number(value) < Number(rule!):
                    _faults.Add($"{Name(where)} has to be {rule} or more.");
                    break;
                case "maximum" when value is JsonValue && Number(value) > Number(rule!):
                    _faults.Add($"{Name(where)} has to be {rule} or less.");
                    break;
                case "minLength" when value is JsonValue && value.GetValue<string>().Length < Number(rule!):
                    _faults.Add($"{Name(where)} has to have {rule} characters or more.");
                    break;
                case "maxLength" when value is JsonValue && value.GetValue<string>().Length > Number(rule!):
                    _faults.Add($"{Name(where)} has to have {rule} characters or less.");
                    break;
                case "minItems" when value is JsonArray list && list.Count < Number(rule!):
                    _faults.Add($"{Name(where)} has to have {rule} items or more.");
                    break;
                case "maxItems" when value is JsonArray list && list.Count > Number(rule!):
                    _faults.Add($"{Name(where)} has to have {rule} items or less.");
                    break;
                case "format" when value is JsonValue && !HasFormat((string)rule!, value.GetValue<string>()):
                    _faults.Add($"{Name(where)} has to be text in the form '{rule}', such as {Example((string)rule!)}.");
                    break;
                case "required" when value is JsonObject table:
                    _faults.AddRange(((JsonArray)rule!).Select(static name => (string)name!).Where(name => !table.ContainsKey(name)).Select(name => $"{Name(Join(where, name))} is missing."));
                    break;
                case "items" when value is JsonArray list:
                    for (int i = 0; i < list.Count; i++)
                    {
                        Compare((JsonObject)rule!, list[i], $"{where}[{i}]");
                    }

                    break;
                case "properties" when value is JsonObject table:
                    foreach ((string name, JsonNode? inner) in table.Where(pair => ((JsonObject)rule!).ContainsKey(pair.Key)))
                    {
                        Compare((JsonObject)rule![name]!, inner, Join(where, name));
                    }

                    break;
                case "additionalProperties" when value is JsonObject table:
                    CompareOthers(rule, table, (JsonObject?)schema["properties"], where);
                    break;
                case "type" or "enum" or "minimum" or "maximum" or "minLength" or "maxLength" or "minItems" or "maxItems" or "format" or "required"
                    or "items" or "properties" or "additionalProperties" or "description" or "title" or "default" or "examples" or "$schema" or "$comment":
                    break;
                default:
                    throw new E2BInvalidArgumentException($"The tool's schema says '{word}' about {Name(where)}, which Invoke-E2BTool does not know. Take it out.");
            }
        }
    }

    private void CompareOthers(JsonNode? rule, JsonObject table, JsonObject? known, string where)
    {
        foreach ((string name, JsonNode? value) in table.Where(pair => known?.ContainsKey(pair.Key) != true))
        {
            if (rule is JsonObject schema)
            {
                Compare(schema, value, Join(where, name));
            }
            else if (rule is JsonValue && rule.GetValueKind() == JsonValueKind.False)
            {
                string? meant = known?.Select(static pair => pair.Key).FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase));
                string there = known is { Count: > 0 } ? string.Join(", ", known.Select(static pair => pair.Key)) : "none";
                _faults.Add($"There is no argument '{Short(name)}'. {(meant is null ? $"There are: {there}." : $"It is written '{meant}'.")}");
            }
        }
    }

    private static bool IsOf(string type, JsonNode? value) => type switch
    {
        "integer" => TypeOf(value) == "number" && Number(value!) is { } number && number == decimal.Truncate(number),
        _ => TypeOf(value) == type,
    };

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };

    /// <summary>What is no number that a cmdlet could take, is none; nothing compares with it.</summary>
    private static decimal? Number(JsonNode value) =>
        decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;

    private static bool HasFormat(string format, string text) => format switch
    {
        "date-time" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _),
        "duration" => ToolArguments.TryGetDuration(text, out _),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        _ => true,
    };

    private static string Example(string format) => format switch
    {
        "date-time" => "2026-01-31T12:00:00Z",
        "duration" => "PT10M",
        _ => "https://example.com/",
    };

    private static string Article(string type) => type switch { "null" => "null", "array" or "integer" or "object" => $"an {type}", _ => $"a {type}" };

    private static string Name(string where) => where.Length == 0 ? "What was given" : $"'{where}'";

    private static string Join(string where, string name) => where.Length == 0 ? Short(name) : $"{where}.{Short(name)}";

    private static string Short(string name) => name.Length <= 60 ? name : name[..60] + "…";
}
