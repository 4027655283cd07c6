using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace E2B.Code.Wire;

/// <summary>Values of JSON as .NET's own.</summary>
internal static partial class JsonValues
{
    /// <summary>A member of an object; <see langword="null"/> where it is missing or <c>null</c>.</summary>
    public static JsonElement? Member(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null
            ? member
            : null;

    /// <summary>The elements of an array; none of anything else.</summary>
    public static IEnumerable<JsonElement> Elements(this JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>Text as it is, a list of texts put together, anything else as it is written.</summary>
    public static string? Text(this JsonElement? value) => value is not { } given ? null : given.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => StringOf(given),
        JsonValueKind.Array when given.EnumerateArray().All(static part => part.ValueKind == JsonValueKind.String) =>
            string.Concat(given.EnumerateArray().Select(StringOf)),
        _ => given.GetRawText(),
    };

    /// <summary>A number; <see langword="null"/> where it is none.</summary>
    public static double? Number(this JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out double read) ? read : null;

    /// <summary>Bytes in Base64, with or without ends of lines; <see langword="null"/> where it is none.</summary>
    public static byte[]? Base64(this JsonElement? value)
    {
        if (value is not { ValueKind: JsonValueKind.String } text)
        {
            return null;
        }

        if (text.TryGetBytesFromBase64(out byte[]? bytes))
        {
            return bytes;
        }

        // .NET 8 takes no ends of lines here.
        try
        {
            return Convert.FromBase64String(StringOf(text));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Text, whole numbers as <see cref="long"/>, others as <see cref="double"/>, lists and dictionaries.</summary>
    public static object? ToObject(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => StringOf(value),
        JsonValueKind.Number => value.TryGetInt64(out long whole) ? (object)whole : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => value.EnumerateArray().Select(ToObject).ToArray(),
        JsonValueKind.Object => ToDictionary(value),
        _ => null,
    };

    /// <summary>The members of an object. Of two with one name the last counts.</summary>
    public static Dictionary<string, object?> ToDictionary(JsonElement value)
    {
        var members = new Dictionary<string, object?>();
        foreach (JsonProperty member in value.EnumerateObject())
        {
            members[member.Name] = ToObject(member.Value);
        }

        return members;
    }

    private static string StringOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Python writes half a surrogate pair as such. It stands for no character.
            string mended = HalfPair().Replace(value.GetRawText(), static match => match.Groups["half"].Success ? @"\ufffd" : match.Value);
            using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetBytes(mended));
            return document.RootElement.GetString()!;
        }
    }

    /// <summary>Other escapes and whole pairs are matched first, and so stepped over.</summary>
    [GeneratedRegex(@"\\(?:[^u]|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<half>u[dD][89a-fA-F][0-9a-fA-F]{2}))")]
    private static partial Regex HalfPair();
}
