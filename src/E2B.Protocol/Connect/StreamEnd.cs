using System.Buffers;
using System.Text.Json;

namespace E2B.Protocol.Connect;

/// <summary>The payload of the frame that ends a stream: <c>{}</c>, or <c>{"error":{…}}</c>.</summary>
/// <param name="Error">Why the stream ended; <see langword="null"/> when all went well.</param>
public sealed record StreamEnd(ConnectError? Error)
{
    /// <summary>Reads the payload of a frame with <see cref="Envelope.EndStreamFlag"/>.</summary>
    /// <exception cref="FramingException">It is not JSON of that form.</exception>
    public static StreamEnd Parse(ReadOnlySequence<byte> payload)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new FramingException("The frame that ends the stream is no JSON object.");
            }

            if (!root.TryGetProperty("error", out JsonElement error) || error.ValueKind == JsonValueKind.Null)
            {
                return new StreamEnd((ConnectError?)null);
            }

            return new StreamEnd(ConnectError.FromElement(error) ?? new ConnectError(ConnectCode.Unknown, error.GetRawText()));
        }
        catch (JsonException e)
        {
            throw new FramingException("The frame that ends the stream is no JSON.", e);
        }
    }

    /// <summary>Appends the frame that ends a stream.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (Error is not null)
            {
                writer.WritePropertyName("error");
                Error.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        Envelope.Write(output, Envelope.EndStreamFlag, buffer.WrittenSpan);
    }
}
