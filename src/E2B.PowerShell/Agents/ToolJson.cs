using System.Collections;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Xml;

namespace E2B.PowerShell.Agents;

/// <summary>What cmdlets return, as JSON for a model: data alone, no object that leads further, nothing that lets one in.</summary>
/// <param name="longest">How long a text in it may be, in characters.</param>
internal sealed class ToolJson(int longest)
{
    private const int Deepest = 6;

    /// <summary>Bytes up to here go along as base64, more are only counted: they would fill a model's context and tell it nothing.</summary>
    private const int MostBytes = 8 * 1024;

    private static readonly string[] _secret = ["Token", "Secret", "Password", "ApiKey", "Headers", "Credential"];

    /// <summary>Whether something did not go along whole.</summary>
    public bool IsCut { get; private set; }

    public JsonNode? Of(object? value) => Of(value, 1);

    public JsonObject OfBytes(byte[] bytes)
    {
        var json = new JsonObject { ["bytes"] = bytes.Length };
        if (bytes.Length > MostBytes || Base64Length(bytes.Length) > longest)
        {
            json["leftOut"] = true;
            IsCut = true;
            return json;
        }

        json["base64"] = Convert.ToBase64String(bytes);
        return json;
    }

    private static long Base64Length(long bytes) => (bytes + 2) / 3 * 4;

    private JsonNode? Of(object? given, int depth)
    {
        object? value = given is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : given;
        switch (value)
        {
            case null:
                return null;
            case string or char or Uri or Version:
                return Cut(value is Uri { IsAbsoluteUri: true } uri ? uri.AbsoluteUri : value.ToString()!);
            case TimeSpan duration:
                return XmlConvert.ToString(duration);
            case byte[] bytes:
                return OfBytes(bytes);
            case Enum or ValueType when JsonObjects.TryPlain(value, out JsonNode? plain):
                return plain;
            case ValueType when IsOpaque(value.GetType()):
                return Cut(value.ToString()!);
        }

        return depth > Deepest ? Cut(value.ToString() ?? string.Empty) : value switch
        {
            IDictionary table => Table(table.Keys.Cast<object>().Select(key => (LanguagePrimitives.ConvertTo<string>(key), table[key])), depth),
            IEnumerable<KeyValuePair<string, string>> table => Table(table.Select(static pair => (pair.Key, (object?)pair.Value)), depth),
            IEnumerable<KeyValuePair<string, object?>> table => Table(table.Select(static pair => (pair.Key, pair.Value)), depth),
            IEnumerable several => new JsonArray([.. several.Cast<object?>().Select(one => Of(one, depth + 1))]),
            PSObject custom => Table(custom.Properties.Select(static property => (property.Name, (object?)property.Value)), depth),
            _ when IsOpaque(value.GetType()) => Cut(value.ToString() ?? string.Empty),
            _ => Table(Properties(value).Where(static property => property.Value is not ICollection { Count: 0 } and not IReadOnlyDictionary<string, string> { Count: 0 }), depth),
        };
    }

    private JsonObject Table(IEnumerable<(string Name, object? Value)> of, int depth)
    {
        var json = new JsonObject();
        foreach ((string name, object? value) in of.Where(static one => one.Value is not null))
        {
            json[name] = Of(value, depth + 1);
        }

        return json;
    }

    private JsonValue Cut(string text)
    {
        string kept = CutText.Of(text, longest, out bool isCut);
        IsCut |= isCut;
        return JsonValue.Create(kept);
    }

    /// <summary>What an object of this module tells of itself. Clients, sandboxes and processes are ways to go on, not data.</summary>
    private static IEnumerable<(string Name, object? Value)> Properties(object value) => value.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(static property => property.CanRead && property.GetIndexParameters().Length == 0 && IsData(property.PropertyType)
            && !Array.Exists(_secret, word => property.Name.EndsWith(word, StringComparison.Ordinal)))
        .Select(property => (property.Name, Read(property, value)));

    /// <summary>What cannot be told is not there: a result must not fail by one of its properties.</summary>
    private static object? Read(PropertyInfo property, object value)
    {
        try
        {
            return property.GetValue(value);
        }
        catch (TargetInvocationException)
        {
            return null;
        }
    }

    private static bool IsData(Type type) => type != typeof(Sandbox) && type != typeof(E2BProcess) && type != typeof(E2BClient)
        && type != typeof(E2BConnection) && !typeof(Stream).IsAssignableFrom(type) && !typeof(Task).IsAssignableFrom(type) && !typeof(Delegate).IsAssignableFrom(type);

    /// <summary>Objects of others have properties that nobody has looked at.</summary>
    private static bool IsOpaque(Type type) => type.Namespace is not { } space || !(space == "E2B" || space.StartsWith("E2B.", StringComparison.Ordinal)) || type == typeof(Sandbox);
}
