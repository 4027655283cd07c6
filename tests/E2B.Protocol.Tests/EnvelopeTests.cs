using System.Buffers;
using System.Text;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;
using Google.Protobuf;

namespace E2B.Protocol.Tests;

public class EnvelopeTests
{
    private const int Max = 1024;

    [Fact]
    public void A_frame_is_a_flag_a_length_in_network_order_and_the_payload()
    {
        var output = new ArrayBufferWriter<byte>();

        Envelope.Write(output, Envelope.EndStreamFlag, "{}"u8);

        Assert.Equal([0x02, 0, 0, 0, 2, (byte)'{', (byte)'}'], output.WrittenSpan.ToArray());
    }

    [Fact]
    public void Two_frames_split_at_any_byte_come_out_as_they_went_in()
    {
        byte[] wire = [.. Frame(0, "hello"), .. Frame(Envelope.EndStreamFlag, "{}")];
        for (int cut = 0; cut <= wire.Length; cut++)
        {
            ReadOnlySequence<byte> whole = Split(wire, cut);
            var seen = new List<(byte, string)>();

            // What is here up to the cut, then all of it: as a reader sees it arrive.
            ReadOnlySequence<byte> rest = whole.Slice(0, cut);
            Take(ref rest, seen);
            long used = cut - rest.Length;
            rest = whole.Slice(used);
            Take(ref rest, seen);

            Assert.Equal([(0, "hello"), (Envelope.EndStreamFlag, "{}")], seen);
            Assert.True(rest.IsEmpty);
            Envelope.ThrowIfTruncated(rest);
        }
    }

    [Fact]
    public void A_frame_in_as_many_segments_as_it_has_bytes_is_read()
    {
        ReadOnlySequence<byte> buffer = Segments(Frame(0, "hello"));

        Assert.True(Envelope.TryRead(ref buffer, Max, out Envelope envelope));

        Assert.Equal("hello", Encoding.UTF8.GetString(envelope.Payload));
        Assert.False(envelope.IsEndStream);
    }

    [Fact]
    public void An_empty_payload_is_a_frame()
    {
        var buffer = new ReadOnlySequence<byte>(Frame(0, ""));

        Assert.True(Envelope.TryRead(ref buffer, Max, out Envelope envelope));

        Assert.True(envelope.Payload.IsEmpty);
        Assert.True(buffer.IsEmpty);
    }

    [Theory]
    [InlineData(0x01, "compressed")]
    [InlineData(0x03, "compressed")]
    [InlineData(0x04, "0x04")]
    [InlineData(0x80, "0x80")]
    public void Flags_that_were_not_agreed_on_are_refused(byte flags, string expected)
    {
        byte[] wire = Frame(flags, "x");

        var error = Assert.Throws<FramingException>(() => Read(wire, Max));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 4, 1 }, "1025 bytes; at most 1024")]
    [InlineData(new byte[] { 0, 0xff, 0xff, 0xff, 0xff }, "4294967295 bytes; at most 1024")]
    public void A_frame_too_large_is_refused_before_it_has_arrived(byte[] header, string expected)
    {
        var error = Assert.Throws<FramingException>(() => Read(header, Max));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_frame_of_the_largest_size_is_taken() => Assert.True(Read(Frame(0, new string('x', Max)), Max));

    [Theory]
    [InlineData(1, "5 bytes expected, 1 received")]
    [InlineData(4, "5 bytes expected, 4 received")]
    [InlineData(5, "5 bytes promised, 0 received")]
    [InlineData(9, "5 bytes promised, 4 received")]
    public void A_stream_cut_short_is_told_with_both_numbers(int length, string expected)
    {
        var rest = new ReadOnlySequence<byte>(Frame(0, "hello")[..length]);
        Assert.False(Envelope.TryRead(ref rest, Max, out _));
        Assert.Equal(length, rest.Length);

        var error = Assert.Throws<FramingException>(() => Envelope.ThrowIfTruncated(rest));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_message_goes_through_a_frame_in_both_forms(bool binary)
    {
        MessageCodec codec = binary ? MessageCodec.Binary : MessageCodec.Json;
        var message = new StartResponse
        {
            Event = new ProcessEvent { Data = new ProcessEvent.Types.DataEvent { Stdout = ByteString.CopyFrom(0xff, 0, 0xc3) } },
        };
        var output = new ArrayBufferWriter<byte>();
        Envelope.Write(output, codec, message);

        foreach (ReadOnlySequence<byte> wire in (ReadOnlySequence<byte>[])[new(output.WrittenMemory), Segments(output.WrittenSpan.ToArray())])
        {
            ReadOnlySequence<byte> buffer = wire;
            Assert.True(Envelope.TryRead(ref buffer, Max, out Envelope envelope));
            Assert.Equal(message, codec.Parse<StartResponse>(envelope.Payload));
        }
    }

    internal static byte[] Frame(byte flags, string payload)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(payload);
        return [flags, (byte)(bytes.Length >> 24), (byte)(bytes.Length >> 16), (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }

    internal static ReadOnlySequence<byte> Segments(byte[] bytes)
    {
        var first = new Segment(ReadOnlyMemory<byte>.Empty, 0);
        Segment last = first;
        for (int i = 0; i < bytes.Length; i++)
        {
            last = last.Append(bytes.AsMemory(i, 1));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private static ReadOnlySequence<byte> Split(byte[] bytes, int cut)
    {
        var first = new Segment(bytes.AsMemory(0, cut), 0);
        Segment last = first.Append(bytes.AsMemory(cut));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private static bool Read(byte[] wire, int max)
    {
        var buffer = new ReadOnlySequence<byte>(wire);
        return Envelope.TryRead(ref buffer, max, out _);
    }

    private static void Take(ref ReadOnlySequence<byte> buffer, List<(byte, string)> seen)
    {
        while (Envelope.TryRead(ref buffer, Max, out Envelope envelope))
        {
            seen.Add((envelope.Flags, Encoding.UTF8.GetString(envelope.Payload)));
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
