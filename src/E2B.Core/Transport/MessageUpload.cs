using System.Buffers;
using System.Net;
using E2B.Protocol.Connect;
using Google.Protobuf;

namespace E2B.Transport;

/// <summary>A request whose body is a stream of messages, each sent when it is there.</summary>
internal sealed class MessageUpload<T> : HttpContent
    where T : IMessage<T>
{
    private readonly IAsyncEnumerable<T> _messages;
    private readonly ArrayBufferWriter<byte> _frame = new();

    /// <param name="messages">The next is asked for when those before are on their way.</param>
    public MessageUpload(IAsyncEnumerable<T> messages)
    {
        _messages = messages;
        Headers.ContentType = new(MessageCodec.Binary.StreamContentType);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await foreach (T message in _messages.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            _frame.ResetWrittenCount();
            Envelope.Write(_frame, MessageCodec.Binary, message);
            await stream.WriteAsync(_frame.WrittenMemory, cancellationToken).ConfigureAwait(false);

            // What is written is to be read: somebody may wait for the answer to it before there is more.
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
