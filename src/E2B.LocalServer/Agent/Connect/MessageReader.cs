using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using E2B.Protocol.Connect;
using Google.Protobuf;

namespace E2B.LocalServer.Agent.Connect;

/// <summary>Reads the messages of a request.</summary>
internal static class MessageReader
{
    /// <summary>The one message of a unary call: the whole body.</summary>
    public static async Task<T> ReadUnaryAsync<T>(RpcContext context)
        where T : IMessage<T>, new()
    {
        HttpRequest request = context.Http.Request;
        string encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0 || encoding == "identity")
        {
            return context.Codec.Parse<T>(await ReadAllAsync(context, request.BodyReader));
        }

        if (encoding != "gzip")
        {
            throw new RpcException(ConnectCode.Unimplemented, $"unknown compression \"{encoding}\": supported encodings are gzip");
        }

        try
        {
            await using var unpacked = new GZipStream(request.Body, CompressionMode.Decompress);
            return context.Codec.Parse<T>(await ReadAllAsync(context, PipeReader.Create(unpacked)));
        }
        catch (InvalidDataException e)
        {
            throw new RpcException(ConnectCode.InvalidArgument, "decompress: " + e.Message);
        }
    }

    /// <summary>The one message of a call whose answer is a stream.</summary>
    public static async Task<T> ReadSingleAsync<T>(RpcContext context)
        where T : IMessage<T>, new()
    {
        T? only = default;
        await foreach (T message in ReadStreamAsync<T>(context))
        {
            only = only is null
                ? message
                : throw new RpcException(ConnectCode.Unimplemented, "the request has more than one message");
        }

        return only ?? throw new RpcException(ConnectCode.Unimplemented, "the request has no message");
    }

    /// <summary>The messages of a client's stream, as they come.</summary>
    public static async IAsyncEnumerable<T> ReadStreamAsync<T>(RpcContext context)
        where T : IMessage<T>, new()
    {
        string encoding = context.Http.Request.Headers["Connect-Content-Encoding"].ToString();
        if (encoding is not ("" or "identity"))
        {
            throw new RpcException(ConnectCode.Unimplemented, $"unknown compression \"{encoding}\": streams are taken uncompressed");
        }

        PipeReader body = context.Http.Request.BodyReader;
        var pending = new ArrayBufferWriter<byte>();
        while (true)
        {
            ReadResult read = await body.ReadAsync(context.Ended);
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                pending.Write(segment.Span);
            }

            body.AdvanceTo(read.Buffer.End);
            var rest = new ReadOnlySequence<byte>(pending.WrittenMemory);
            long before = rest.Length;
            while (Envelope.TryRead(ref rest, context.LargestMessage, out Envelope frame))
            {
                if (!frame.IsEndStream)
                {
                    yield return context.Codec.Parse<T>(frame.Payload);
                }
            }

            if (read.IsCompleted)
            {
                Envelope.ThrowIfTruncated(rest);
                yield break;
            }

            if (rest.Length < before)
            {
                byte[] left = rest.ToArray();
                pending.ResetWrittenCount();
                pending.Write(left);
            }
        }
    }

    private static async Task<ReadOnlySequence<byte>> ReadAllAsync(RpcContext context, PipeReader body)
    {
        var all = new ArrayBufferWriter<byte>();
        while (true)
        {
            ReadResult read = await body.ReadAsync(context.Ended);
            if (all.WrittenCount + read.Buffer.Length > context.LargestMessage)
            {
                body.AdvanceTo(read.Buffer.End);
                throw new RpcException(
                    ConnectCode.ResourceExhausted, $"message size is larger than {context.LargestMessage} bytes");
            }

            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                all.Write(segment.Span);
            }

            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return new ReadOnlySequence<byte>(all.WrittenMemory);
            }
        }
    }
}
