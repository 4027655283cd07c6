using System.Collections;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json.Nodes;

namespace E2B.PowerShell.Agents;

/// <summary>Makes the JSON Schema (2020-12) of a tool's arguments from the cmdlet's own parameters and its help.</summary>
internal static class ToolSchema
{
    /// <summary>The property by which a model says which sandbox, where it may choose.</summary>
    public const string Sandbox = "Sandbox";

    /// <summary>The schema.</summary>
    /// <param name="rule">The tool.</param>
    /// <param name="sandboxIds">The sandboxes among which the model may choose; with fewer than two it is not asked.</param>
    public static JsonObject Of(ToolRule rule, IReadOnlyList<string> sandboxIds)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        if (sandboxIds.Count > 1)
        {
            properties.Add(Sandbox, new JsonObject
            {
                ["type"] = "string",
                ["description"] = "The id of the sandbox to work in.",
                ["enum"] = Strings(sandboxIds),
            });
            required.Add(Sandbox);
        }

        foreach (ToolParameter parameter in rule.Parameters)
        {
            PropertyInfo property = rule.Property(parameter.Name);
            JsonObject schema = OfType(parameter.Type ?? property.PropertyType);
            schema["description"] = ModuleHelp.Own.Describe(rule, parameter.Name);
            Narrow(schema, property);
            properties.Add(parameter.Name, schema);
            if (parameter.IsRequired)
            {
                required.Add(parameter.Name);
            }
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required, ["additionalProperties"] = false };
    }

    private static JsonObject OfType(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsArray)
        {
            return new JsonObject { ["type"] = "array", ["items"] = OfType(type.GetElementType()!) };
        }

        if (type.IsEnum)
        {
            return new JsonObject { ["type"] = "string", ["enum"] = Strings(Enum.GetNames(type)) };
        }

        if (typeof(IDictionary).IsAssignableFrom(type))
        {
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = OfType(typeof(string)) };
        }

        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => new JsonObject { ["type"] = "string" },
            TypeCode.Boolean => new JsonObject { ["type"] = "boolean" },
            >= TypeCode.SByte and <= TypeCode.UInt64 => new JsonObject { ["type"] = "integer" },
            TypeCode.Single or TypeCode.Double or TypeCode.Decimal => new JsonObject { ["type"] = "number" },
            TypeCode.DateTime => OfFormat("date-time"),
            _ when type == typeof(SwitchParameter) => new JsonObject { ["type"] = "boolean" },
            _ when type == typeof(DateTimeOffset) => OfFormat("date-time"),
            _ when type == typeof(TimeSpan) => OfFormat("duration"),
            _ when type == typeof(Uri) => OfFormat("uri"),
            _ => throw new InvalidOperationException($"{type} has no form in JSON."),
        };
    }

    private static JsonObject OfFormat(string format) => new() { ["type"] = "string", ["format"] = format };

    /// <summary>What the parameter's attributes say about its values.</summary>
    private static void Narrow(JsonObject schema, PropertyInfo property)
    {
        JsonObject one = schema["items"] as JsonObject ?? schema;
        bool isText = (string?)one["type"] == "string";
        bool isList = one != schema;
        foreach (Attribute attribute in property.GetCustomAttributes())
        {
            switch (attribute)
            {
                case ValidateSetAttribute set:
                    one["enum"] = Strings(set.ValidValues);
                    break;
                case ValidateRangeAttribute { MinRange: { } least, MaxRange: { } most }:
                    one["minimum"] = Number(least);
                    one["maximum"] = Number(most);
                    break;
                case ValidateCountAttribute count when isList:
                    schema["minItems"] = count.MinLength;
                    break;
                case ValidateNotNullOrEmptyAttribute when isList:
                    schema["minItems"] = 1;
                    break;
                case ValidateNotNullOrEmptyAttribute when isText:
                    one["minLength"] = 1;
                    break;
            }
        }
    }

    private static JsonValue Number(object value) => JsonValue.Create(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));

    private static JsonArray Strings(IEnumerable<string> values) => [.. values.Select(static value => JsonValue.Create(value))];
}
