using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;

namespace E2B.PowerShell.Agents;

/// <summary>Checked arguments as values for parameters: text stays text, nothing of it is looked at as script.</summary>
internal static class ToolArguments
{
    /// <summary>The parameters to bind.</summary>
    /// <param name="rule">The tool.</param>
    /// <param name="arguments">Arguments that the schema has nothing against.</param>
    public static IReadOnlyDictionary<string, object> Of(ToolRule rule, JsonObject arguments)
    {
        var values = new Dictionary<string, object>();
        foreach (ToolParameter parameter in rule.Parameters.Where(parameter => arguments.ContainsKey(parameter.Name)))
        {
            PropertyInfo property = rule.Property(parameter.Name);
            Type type = parameter.Type ?? property.PropertyType;
            values.Add(parameter.Name, Value(arguments[parameter.Name]!, Nullable.GetUnderlyingType(type) ?? type));
        }

        return values;
    }

    public static bool TryGetDuration(string text, out TimeSpan duration)
    {
        try
        {
            duration = XmlConvert.ToTimeSpan(text);
            return true;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            duration = default;
            return false;
        }
    }

    private static object Value(JsonNode node, Type type) => node switch
    {
        JsonArray list => list.Select(one => Value(one!, type.GetElementType()!)).ToArray(),
        JsonObject table => new Hashtable(table.ToDictionary(static pair => pair.Key, static pair => pair.Value!.GetValue<string>())),
        _ => node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => Number(node.ToJsonString()),
            _ => Text(node.GetValue<string>(), type),
        },
    };

    /// <summary>A whole number, however it is written, is one.</summary>
    private static object Number(string text)
    {
        decimal number = decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        bool isWhole = number == decimal.Truncate(number) && number is >= long.MinValue and <= long.MaxValue;
        return isWhole ? LanguagePrimitives.ConvertTo<long>(number) : LanguagePrimitives.ConvertTo<double>(number) as object;
    }

    private static object Text(string text, Type type)
    {
        if (type == typeof(TimeSpan))
        {
            return TryGetDuration(text, out TimeSpan duration) ? duration : text;
        }

        return type == typeof(DateTimeOffset) || type == typeof(DateTime)
            ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)
            : text;
    }
}
