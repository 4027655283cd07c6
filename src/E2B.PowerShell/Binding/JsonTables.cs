using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Security;
using System.Text.Json.Nodes;

namespace E2B.PowerShell.Binding;

/// <summary>Hashtables of scripts as JSON.</summary>
internal static class JsonTables
{
    private const int Deepest = 32;

    /// <summary>As it most likely was written before ConvertFrom-Json took it for a time.</summary>
    private const string Moment = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK";

    /// <summary>The table as a JSON object: names become text, what is in it keeps its kind, a SecureString becomes the text in it.</summary>
    /// <exception cref="E2BInvalidArgumentException">It is too deep, as a table that holds itself is.</exception>
    public static JsonObject ToObject(IDictionary table) => ToObject(table, 1);

    /// <summary>A value as text; a SecureString is what is in it.</summary>
    public static string ToText(object? value) => Unwrap(value) switch
    {
        SecureString secret => new NetworkCredential(string.Empty, secret).Password,
        var other => LanguagePrimitives.ConvertTo<string>(other),
    };

    private static JsonObject ToObject(IDictionary table, int depth)
    {
        var json = new JsonObject();
        foreach (DictionaryEntry entry in table)
        {
            json[LanguagePrimitives.ConvertTo<string>(entry.Key)] = ToNode(entry.Value, depth);
        }

        return json;
    }

    private static JsonNode? ToNode(object? value, int depth)
    {
        if (depth > Deepest)
        {
            throw new E2BInvalidArgumentException($"A table within tables more than {Deepest} deep cannot be sent. Does it hold itself?");
        }

        return Unwrap(value) switch
        {
            null => null,
            bool truth => JsonValue.Create(truth),
            SwitchParameter truth => JsonValue.Create(truth.IsPresent),
            DateTime moment => JsonValue.Create(moment.ToString(Moment, CultureInfo.InvariantCulture)),
            DateTimeOffset moment => JsonValue.Create(moment.ToString(Moment, CultureInfo.InvariantCulture)),
            Enum name => JsonValue.Create(name.ToString()),
            byte or sbyte or short or ushort or int or uint or long => JsonValue.Create(Convert.ToInt64(Unwrap(value), CultureInfo.InvariantCulture)),
            ulong number => JsonValue.Create(number),
            decimal number => JsonValue.Create(number),
            double number when double.IsFinite(number) => JsonValue.Create(number),
            float number when float.IsFinite(number) => JsonValue.Create(number),
            double or float => throw new E2BInvalidArgumentException($"{ToText(value)} is no number that can be sent."),
            string text => JsonValue.Create(text),
            IDictionary table => ToObject(table, depth + 1),
            PSObject { BaseObject: PSCustomObject } custom => ToObject(custom.Properties.ToDictionary(property => property.Name, property => property.Value), depth + 1),
            IEnumerable several => new JsonArray([.. several.Cast<object?>().Select(one => ToNode(one, depth + 1))]),
            var other => JsonValue.Create(ToText(other)),
        };
    }

    private static object? Unwrap(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
}
