using System.Buffers.Binary;
using System.Buffers.Text;
using E2B.LocalServer.Agent.Connect;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;
using Google.Protobuf;

namespace E2B.LocalServer.Agent.Processes;

/// <summary>Writes a process's events to one listener: all that wait in one go, and then sends them.</summary>
internal sealed class EventWriter(MessageStream stream, Func<ProcessEvent, IMessage> wrap)
{
    private long _lastSent = Environment.TickCount64;

    public void WriteStart(int pid) =>
        stream.Write(wrap(new ProcessEvent { Start = new ProcessEvent.Types.StartEvent { Pid = (uint)pid } }));

    public void WriteEnd(ProcessEvent.Types.EndEvent end) => stream.Write(wrap(new ProcessEvent { End = end }));

    /// <summary>Writes until the end of the process or of the call.</summary>
    public async Task RunAsync(int pid, OutputSubscription output, RpcContext context)
    {
        WriteStart(pid);
        await stream.FlushAsync();
        TimeSpan interval = context.Keepalive;
        await using var ticker = new Timer(_ => Tick(output, interval), null, interval, interval);
        while (await output.WaitAsync(context.Ended))
        {
            while (output.TryTake(out OutputItem item))
            {
                if (item.End is not null)
                {
                    // Whether the kill at the limit or the limit itself is seen first is chance: the limit is the reason.
                    context.ThrowIfTimeLimitPassed();
                }

                Write(item);
                if (stream.IsFull)
                {
                    await stream.FlushAsync();
                }
            }

            await stream.FlushAsync();
            Volatile.Write(ref _lastSent, Environment.TickCount64);
        }
    }

    private void Tick(OutputSubscription output, TimeSpan interval)
    {
        if (Environment.TickCount64 - Volatile.Read(ref _lastSent) >= interval.TotalMilliseconds / 2)
        {
            output.AddKeepalive();
        }
    }

    private void Write(OutputItem item)
    {
        if (item.End is not null)
        {
            WriteEnd(item.End);
        }
        else if (item.Data is null)
        {
            stream.Write(wrap(new ProcessEvent { Keepalive = new ProcessEvent.Types.KeepAlive() }));
        }
        else if (stream.Codec.IsBinary)
        {
            ByteString data = UnsafeByteOperations.UnsafeWrap(item.Data);
            stream.Write(wrap(new ProcessEvent
            {
                Data = item.Kind switch
                {
                    OutputKind.Stdout => new ProcessEvent.Types.DataEvent { Stdout = data },
                    OutputKind.Stderr => new ProcessEvent.Types.DataEvent { Stderr = data },
                    _ => new ProcessEvent.Types.DataEvent { Pty = data },
                },
            }));
        }
        else
        {
            WriteJson(item.Kind, item.Data);
        }
    }

    /// <summary>
    /// The same in JSON without the strings in between, which for a piece of 32 KiB are so large that each
    /// goes to the heap of large objects.
    /// </summary>
    private void WriteJson(OutputKind kind, byte[] data)
    {
        ReadOnlySpan<byte> before = kind switch
        {
            OutputKind.Stdout => "{\"event\":{\"data\":{\"stdout\":\""u8,
            OutputKind.Stderr => "{\"event\":{\"data\":{\"stderr\":\""u8,
            _ => "{\"event\":{\"data\":{\"pty\":\""u8,
        };
        ReadOnlySpan<byte> after = "\"}}}"u8;
        int length = before.Length + Base64.GetMaxEncodedToUtf8Length(data.Length) + after.Length;
        Span<byte> frame = stream.Output.GetSpan(Envelope.HeaderLength + length);
        frame[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(frame[1..], (uint)length);
        Span<byte> rest = frame[Envelope.HeaderLength..];
        before.CopyTo(rest);
        rest = rest[before.Length..];
        Base64.EncodeToUtf8(data, rest, out _, out int encoded);
        after.CopyTo(rest[encoded..]);
        stream.Output.Advance(Envelope.HeaderLength + length);
    }
}
