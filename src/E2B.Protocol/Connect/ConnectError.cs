using System.Buffers;
using System.Text.Json;

namespace E2B.Protocol.Connect;

/// <summary>An error as Connect carries it: <c>{"code":"not_found","message":"…"}</c>.</summary>
/// <param name="Code">What kind of error.</param>
/// <param name="Message">The server's words.</param>
public sealed record ConnectError(ConnectCode Code, string Message)
{
    /// <summary>Reads the body of a unary error answer.</summary>
    /// <returns>
    /// <see langword="null"/> when the body is no Connect error. That happens: a proxy in between answers
    /// with HTML, and the sandbox's own access check answers with a numeric code.
    /// </returns>
    public static ConnectError? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            return FromElement(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The error as JSON.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            WriteTo(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    internal static ConnectError? FromElement(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("code", out JsonElement code)
            || code.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        string message = element.TryGetProperty("message", out JsonElement text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : string.Empty;
        return new ConnectError(ConnectCodes.FromWireName(code.GetString()) ?? ConnectCode.Unknown, message);
    }

    internal void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("code", ConnectCodes.ToWireName(Code));
        if (Message.Length > 0)
        {
            writer.WriteString("message", Message);
        }

        writer.WriteEndObject();
    }
}
