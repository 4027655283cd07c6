using System.Buffers;
using System.Text;
using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;
using E2B.Protocol.Process;

namespace E2B.Protocol.Tests;

public class CodecAndErrorTests
{
    [Theory]
    [InlineData("application/proto", true, false)]
    [InlineData("application/json; charset=utf-8", false, false)]
    [InlineData("Application/Connect+Proto", true, true)]
    [InlineData("application/connect+json", false, true)]
    public void A_content_type_names_a_codec_and_a_kind(string type, bool binary, bool stream)
    {
        (MessageCodec codec, bool isStream) = MessageCodec.FromContentType(type)!.Value;

        Assert.Equal((binary, stream), (codec.IsBinary, isStream));
        Assert.StartsWith(isStream ? codec.StreamContentType : codec.UnaryContentType, type, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("application/grpc-web+proto")]
    [InlineData("text/html")]
    public void Other_content_types_name_none(string? type) => Assert.Null(MessageCodec.FromContentType(type));

    [Fact]
    public void Json_leaves_zeros_out_and_writes_long_numbers_as_text()
    {
        Assert.Equal("{ }", Text(MessageCodec.Json.Serialize(new ProcessEvent.Types.EndEvent())));
        Assert.Contains("\"size\": \"5000000000\"", Text(MessageCodec.Json.Serialize(new EntryInfo { Size = 5_000_000_000 })), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_ignores_what_it_does_not_know()
    {
        StartRequest request = Parse<StartRequest>(MessageCodec.Json, """{"process":{"cmd":"x","new":1},"stdin":false,"other":{}}""");

        Assert.Equal(("x", true, false), (request.Process.Cmd, request.HasStdin, request.Stdin));
    }

    [Theory]
    [InlineData(false, "{")]
    [InlineData(false, "[]")]
    [InlineData(false, """{"process":1}""")]
    [InlineData(false, "\u0000")]
    [InlineData(true, "\n\u0005ab")]
    public void Bytes_that_are_no_message_are_refused(bool binary, string text) => Assert.Throws<FramingException>(
        () => Parse<StartRequest>(binary ? MessageCodec.Binary : MessageCodec.Json, text));

    [Fact]
    public void Json_that_is_no_utf8_is_refused() => Assert.Throws<FramingException>(
        () => MessageCodec.Json.Parse<StartRequest>(new ReadOnlySequence<byte>([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}'])));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"metadata":{}}""")]
    [InlineData("""{"error":null}""")]
    public void A_stream_can_end_well(string json) => Assert.Null(End(json).Error);

    [Theory]
    [InlineData("""{"error":{"code":"not_found","message":"m"}}""", ConnectCode.NotFound, "m")]
    [InlineData("""{"error":{"code":"unavailable"}}""", ConnectCode.Unavailable, "")]
    [InlineData("""{"error":{"code":"brand_new","message":"m"}}""", ConnectCode.Unknown, "m")]
    [InlineData("""{"error":{"code":5}}""", ConnectCode.Unknown, """{"code":5}""")]
    [InlineData("""{"error":"text"}""", ConnectCode.Unknown, "\"text\"")]
    public void A_stream_can_end_with_an_error(string json, ConnectCode code, string message) =>
        Assert.Equal(new ConnectError(code, message), End(json).Error);

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{")]
    public void An_end_that_is_no_json_object_is_refused(string json) => Assert.Throws<FramingException>(() => End(json));

    [Theory]
    [InlineData(null)]
    [InlineData("say \"ä\"")]
    public void An_end_is_read_as_it_was_written(string? message)
    {
        StreamEnd end = new(message is null ? null : new ConnectError(ConnectCode.Internal, message));
        var output = new ArrayBufferWriter<byte>();
        end.WriteTo(output);
        var buffer = new ReadOnlySequence<byte>(output.WrittenMemory);

        Assert.True(Envelope.TryRead(ref buffer, 1024, out Envelope envelope));
        Assert.True(envelope.IsEndStream);
        Assert.Equal(end, StreamEnd.Parse(envelope.Payload));
    }

    [Theory]
    [InlineData("""{"code":"not_found","message":"m","details":[]}""", ConnectCode.NotFound, "m")]
    [InlineData("""{"code":"nonsense"}""", ConnectCode.Unknown, "")]
    public void A_unary_error_is_read(string json, ConnectCode code, string message) =>
        Assert.Equal(new ConnectError(code, message), ConnectError.TryParse(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("""{"code":401,"message":"no"}""")]
    [InlineData("""{"message":"no"}""")]
    [InlineData("[]")]
    public void What_is_no_connect_error_is_none(string body) => Assert.Null(ConnectError.TryParse(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Every_code_has_a_name_of_its_own()
    {
        foreach (ConnectCode code in Enum.GetValues<ConnectCode>())
        {
            Assert.Equal(code, ConnectCodes.FromWireName(ConnectCodes.ToWireName(code)));
            Assert.InRange(ConnectCodes.ToHttpStatus(code), 400, 599);
        }

        Assert.Null(ConnectCodes.FromWireName(""));
        Assert.Null(ConnectCodes.FromWireName(null));
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static T Parse<T>(MessageCodec codec, string text)
        where T : Google.Protobuf.IMessage<T>, new() => codec.Parse<T>(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text)));

    private static StreamEnd End(string json) => StreamEnd.Parse(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(json)));
}
