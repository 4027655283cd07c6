using System.Buffers;
using System.Text;
using Google.Protobuf;

namespace E2B.Protocol.Connect;

/// <summary>Turns messages into bytes and back: in protobuf's binary form, or in its JSON form.</summary>
public abstract class MessageCodec
{
    /// <summary>Binary protobuf: <c>application/proto</c>, <c>application/connect+proto</c>.</summary>
    public static MessageCodec Binary { get; } = new BinaryCodec();

    /// <summary>
    /// Protobuf's JSON: <c>application/json</c>, <c>application/connect+json</c>. Zero values are left out,
    /// 64-bit numbers are strings, bytes are base64, unknown fields are ignored.
    /// </summary>
    public static MessageCodec Json { get; } = new JsonCodec();

    /// <summary>Whether this is the binary form.</summary>
    public abstract bool IsBinary { get; }

    /// <summary>The content type of a unary request or answer.</summary>
    public abstract string UnaryContentType { get; }

    /// <summary>The content type of a stream, in either direction.</summary>
    public abstract string StreamContentType { get; }

    /// <summary>The codec and kind of call that a content type names (its parameters do not matter).</summary>
    /// <returns><see langword="null"/> when it names none of Connect's.</returns>
    public static (MessageCodec Codec, bool IsStream)? FromContentType(string? contentType)
    {
        ReadOnlySpan<char> type = contentType;
        int parameters = type.IndexOf(';');
        type = (parameters < 0 ? type : type[..parameters]).Trim();
        foreach (MessageCodec codec in (ReadOnlySpan<MessageCodec>)[Binary, Json])
        {
            if (type.Equals(codec.UnaryContentType, StringComparison.OrdinalIgnoreCase))
            {
                return (codec, false);
            }

            if (type.Equals(codec.StreamContentType, StringComparison.OrdinalIgnoreCase))
            {
                return (codec, true);
            }
        }

        return null;
    }

    /// <summary>The message as bytes.</summary>
    public abstract byte[] Serialize(IMessage message);

    /// <summary>Reads a message.</summary>
    /// <exception cref="FramingException">The bytes are no such message.</exception>
    public abstract T Parse<T>(ReadOnlySequence<byte> payload)
        where T : IMessage<T>, new();

    private static FramingException NotA<T>(Exception cause) =>
        new($"The bytes received are no {typeof(T).Name}: {cause.Message}", cause);

    private sealed class BinaryCodec : MessageCodec
    {
        public override bool IsBinary => true;

        public override string UnaryContentType => "application/proto";

        public override string StreamContentType => "application/connect+proto";

        public override byte[] Serialize(IMessage message) => message.ToByteArray();

        public override T Parse<T>(ReadOnlySequence<byte> payload)
        {
            try
            {
                var message = new T();
                message.MergeFrom(payload);
                return message;
            }
            catch (InvalidProtocolBufferException e)
            {
                throw NotA<T>(e);
            }
        }
    }

    private sealed class JsonCodec : MessageCodec
    {
        private static readonly JsonParser _parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
        private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

        public override bool IsBinary => false;

        public override string UnaryContentType => "application/json";

        public override string StreamContentType => "application/connect+json";

        public override byte[] Serialize(IMessage message) => Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(message));

        public override T Parse<T>(ReadOnlySequence<byte> payload)
        {
            try
            {
                return _parser.Parse<T>(_strict.GetString(payload));
            }
            catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or DecoderFallbackException
                or OverflowException or FormatException or ArgumentException)
            {
                throw NotA<T>(e);
            }
        }
    }
}
