using System.IO.Pipelines;
using E2B.Protocol.Connect;
using Google.Protobuf;

namespace E2B.LocalServer.Agent.Connect;

/// <summary>The frames of an answer. They are sent when there is nothing more to add just now, or enough.</summary>
internal sealed class MessageStream(RpcContext context)
{
    private const int FlushAt = 128 * 1024;
    private readonly PipeWriter _output = context.Http.Response.BodyWriter;

    /// <summary>The bytes to write frames to directly.</summary>
    public PipeWriter Output => _output;

    public MessageCodec Codec => context.Codec;

    /// <summary>Whether so much waits that it is time to send it.</summary>
    public bool IsFull => _output.UnflushedBytes >= FlushAt;

    public void Write(IMessage message) => Envelope.Write(_output, context.Codec, message);

    /// <summary>Sends what was written, and waits while the caller does not read.</summary>
    /// <exception cref="OperationCanceledException">The caller is gone, or its time limit has passed.</exception>
    public async ValueTask FlushAsync()
    {
        FlushResult result = await _output.FlushAsync(context.Ended);
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new OperationCanceledException("The caller has gone.");
        }
    }
}
