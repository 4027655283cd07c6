using System.Buffers;
using System.Text;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;
using Google.Protobuf;

namespace E2B.Core.Tests.Fakes;

/// <summary>Frames as the daemon sends them.</summary>
internal static class Frames
{
    public static byte[] Start(int pid) => Event(new ProcessEvent { Start = new ProcessEvent.Types.StartEvent { Pid = (uint)pid } });

    public static byte[] StdOut(string text) => StdOut(Encoding.UTF8.GetBytes(text));

    public static byte[] StdOut(byte[] bytes) => Event(new ProcessEvent
    {
        Data = new ProcessEvent.Types.DataEvent { Stdout = ByteString.CopyFrom(bytes) },
    });

    public static byte[] StdErr(string text) => Event(new ProcessEvent
    {
        Data = new ProcessEvent.Types.DataEvent { Stderr = ByteString.CopyFromUtf8(text) },
    });

    public static byte[] Keepalive() => Event(new ProcessEvent { Keepalive = new ProcessEvent.Types.KeepAlive() });

    public static byte[] Exit(int code = 0) => Event(new ProcessEvent
    {
        End = new ProcessEvent.Types.EndEvent { ExitCode = code, Exited = true, Status = $"exit status {code}" },
    });

    public static byte[] Killed() => Event(new ProcessEvent
    {
        End = new ProcessEvent.Types.EndEvent { ExitCode = -1, Exited = false, Status = "signal: killed", Error = "signal: killed" },
    });

    public static byte[] Done() => Close(null);

    public static byte[] Error(ConnectCode code, string message) => Close(new ConnectError(code, message));

    public static byte[] Event(ProcessEvent happened)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Envelope.Write(buffer, MessageCodec.Binary, new StartResponse { Event = happened });
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The message in a request's only frame.</summary>
    public static T Request<T>(byte[] body)
        where T : IMessage<T>, new()
    {
        var sequence = new ReadOnlySequence<byte>(body);
        Assert.True(Envelope.TryRead(ref sequence, Envelope.DefaultMaxPayload, out Envelope envelope));
        Assert.True(sequence.IsEmpty);
        return MessageCodec.Binary.Parse<T>(envelope.Payload);
    }

    public static byte[] Join(params byte[][] frames) => frames.SelectMany(f => f).ToArray();

    private static byte[] Close(ConnectError? error)
    {
        var buffer = new ArrayBufferWriter<byte>();
        new StreamEnd(error).WriteTo(buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
