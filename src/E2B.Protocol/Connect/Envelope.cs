using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace E2B.Protocol.Connect;

/// <summary>One frame of a Connect stream: a byte of flags, a length of four bytes (big-endian), that many bytes.</summary>
/// <param name="Flags">See <see cref="CompressedFlag"/> and <see cref="EndStreamFlag"/>.</param>
/// <param name="Payload">Points into the buffer that was read from: use it up before advancing that.</param>
public readonly record struct Envelope(byte Flags, ReadOnlySequence<byte> Payload)
{
    /// <summary>The payload is compressed with what <c>Connect-Content-Encoding</c> names.</summary>
    public const byte CompressedFlag = 0x01;

    /// <summary>The last frame of a server's stream: JSON, with the error if there was one.</summary>
    public const byte EndStreamFlag = 0x02;

    /// <summary>Bytes before the payload.</summary>
    public const int HeaderLength = 5;

    /// <summary>The largest payload taken by default: 64 MiB. A message of the daemon is 32 KiB and a little.</summary>
    public const int DefaultMaxPayload = 64 * 1024 * 1024;

    /// <summary>Whether this frame ends the stream.</summary>
    public bool IsEndStream => (Flags & EndStreamFlag) != 0;

    /// <summary>Takes the next whole frame off the front of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">What was received and not yet used; moves past the frame.</param>
    /// <param name="maxPayload">The largest payload to take, in bytes.</param>
    /// <param name="envelope">The frame.</param>
    /// <returns><see langword="false"/> when a frame's bytes are not all there yet.</returns>
    /// <exception cref="FramingException">The frame is larger than allowed, compressed, or has flags unknown here.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int maxPayload, out Envelope envelope)
    {
        envelope = default;
        if (buffer.Length < HeaderLength)
        {
            return false;
        }

        (byte flags, uint length) = ReadHeader(buffer);
        Check(flags, length, maxPayload);
        if (buffer.Length - HeaderLength < length)
        {
            return false;
        }

        envelope = new Envelope(flags, buffer.Slice(HeaderLength, length));
        buffer = buffer.Slice(HeaderLength + (long)length);
        return true;
    }

    /// <summary>Says what is wrong with a stream that ended with these bytes left over.</summary>
    /// <exception cref="FramingException">There are any bytes left: the last frame was cut short.</exception>
    public static void ThrowIfTruncated(ReadOnlySequence<byte> rest)
    {
        if (rest.IsEmpty)
        {
            return;
        }

        if (rest.Length < HeaderLength)
        {
            throw new FramingException(
                $"The stream ended inside a frame's header: {HeaderLength} bytes expected, {rest.Length} received.");
        }

        (_, uint length) = ReadHeader(rest);
        throw new FramingException(
            $"The stream ended inside a frame: {length} bytes promised, {rest.Length - HeaderLength} received.");
    }

    /// <summary>Appends a frame with these bytes.</summary>
    public static void Write(IBufferWriter<byte> output, byte flags, ReadOnlySpan<byte> payload)
    {
        WriteHeader(output, flags, payload.Length);
        output.Write(payload);
    }

    /// <summary>Appends a frame with a message in the codec's form.</summary>
    public static void Write(IBufferWriter<byte> output, MessageCodec codec, IMessage message)
    {
        if (codec.IsBinary)
        {
            WriteHeader(output, 0, message.CalculateSize());
            message.WriteTo(output);
        }
        else
        {
            Write(output, 0, codec.Serialize(message));
        }
    }

    private static void WriteHeader(IBufferWriter<byte> output, byte flags, int length)
    {
        Span<byte> header = output.GetSpan(HeaderLength);
        header[0] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], (uint)length);
        output.Advance(HeaderLength);
    }

    private static (byte Flags, uint Length) ReadHeader(ReadOnlySequence<byte> buffer)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        buffer.Slice(0, HeaderLength).CopyTo(header);
        return (header[0], BinaryPrimitives.ReadUInt32BigEndian(header[1..]));
    }

    private static void Check(byte flags, uint length, int maxPayload)
    {
        if ((flags & CompressedFlag) != 0)
        {
            throw new FramingException("A frame is marked as compressed, but no compression was agreed on.");
        }

        if ((flags & ~EndStreamFlag) != 0)
        {
            throw new FramingException($"A frame has flags that the protocol does not know: 0x{flags:x2}.");
        }

        if (length > (uint)maxPayload)
        {
            throw new FramingException($"A frame promises {length} bytes; at most {maxPayload} are taken.");
        }
    }
}
