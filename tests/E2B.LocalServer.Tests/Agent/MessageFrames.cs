using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;
using Google.Protobuf;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

/// <summary>The frames of an answer, read when they are asked for.</summary>
public sealed class MessageFrames<T>(HttpResponseMessage response, MessageCodec codec, Stream body) : IDisposable
    where T : class, IMessage<T>, new()
{
    private readonly PipeReader _reader = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 64 * 1024));

    /// <summary>The next message; <see langword="null"/> at the end.</summary>
    /// <exception cref="RpcCallException">The stream ended with an error.</exception>
    public async Task<T?> NextAsync()
    {
        while (true)
        {
            ReadResult read = await _reader.ReadAsync(AgentClient.Cancellation);
            ReadOnlySequence<byte> rest = read.Buffer;
            if (Envelope.TryRead(ref rest, Envelope.DefaultMaxPayload, out Envelope frame))
            {
                T? message = null;
                StreamEnd? end = null;
                if (frame.IsEndStream)
                {
                    end = StreamEnd.Parse(frame.Payload);
                }
                else
                {
                    message = codec.Parse<T>(frame.Payload);
                }

                _reader.AdvanceTo(rest.Start);
                return end?.Error is { } error ? throw new RpcCallException(HttpStatusCode.OK, error) : message;
            }

            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            Assert.False(read.IsCompleted, "The stream broke off without its last frame.");
        }
    }

    public void Dispose() => response.Dispose();
}

/// <summary>A process and its events.</summary>
public sealed class ProcessRun : IDisposable
{
    private readonly Func<Task<ProcessEvent?>> _next;
    private readonly IDisposable _stream;

    private ProcessRun(int pid, Func<Task<ProcessEvent?>> next, IDisposable stream) => (Pid, _next, _stream) = (pid, next, stream);

    public int Pid { get; }

    public MemoryStream Stdout { get; } = new();

    public MemoryStream Stderr { get; } = new();

    public MemoryStream Pty { get; } = new();

    public int LargestPiece { get; private set; }

    public int Keepalives { get; private set; }

    public ProcessEvent.Types.EndEvent? End { get; private set; }

    public string StdoutText => Encoding.UTF8.GetString(Stdout.ToArray());

    public string StderrText => Encoding.UTF8.GetString(Stderr.ToArray());

    public string PtyText => Encoding.UTF8.GetString(Pty.ToArray());

    /// <summary>Takes the first event, which carries the pid.</summary>
    public static async Task<ProcessRun> OpenAsync<T>(MessageFrames<T> stream, Func<T, ProcessEvent> unwrap)
        where T : class, IMessage<T>, new()
    {
        async Task<ProcessEvent?> Next() => await stream.NextAsync() is { } message ? unwrap(message) : null;
        try
        {
            ProcessEvent? first = await Next();
            Assert.Equal(ProcessEvent.EventOneofCase.Start, first?.EventCase);
            return new ProcessRun((int)first!.Start.Pid, Next, stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Takes events until something holds.</summary>
    public async Task ReadUntilAsync(Func<ProcessRun, bool> holds)
    {
        try
        {
            while (!holds(this))
            {
                Assert.True(await ReadOneAsync(), "The process ended first.");
            }
        }
        catch (OperationCanceledException e)
        {
            Assert.Fail($"What was waited for did not come. What came ({e.GetType().Name}):\n{StdoutText}\n{StderrText}\n{PtyText}");
        }
    }

    /// <summary>Takes all events.</summary>
    public async Task<ProcessEvent.Types.EndEvent> ReadToEndAsync()
    {
        while (await ReadOneAsync())
        {
        }

        return End ?? throw new InvalidDataException("The stream ended without the end of the process.");
    }

    /// <summary>Takes one event.</summary>
    public async Task<bool> ReadOneAsync()
    {
        if (await _next() is not { } happened)
        {
            return false;
        }

        switch (happened.EventCase)
        {
            case ProcessEvent.EventOneofCase.Data:
                (ByteString data, MemoryStream to) = happened.Data.OutputCase switch
                {
                    ProcessEvent.Types.DataEvent.OutputOneofCase.Stdout => (happened.Data.Stdout, Stdout),
                    ProcessEvent.Types.DataEvent.OutputOneofCase.Stderr => (happened.Data.Stderr, Stderr),
                    _ => (happened.Data.Pty, Pty),
                };
                LargestPiece = Math.Max(LargestPiece, data.Length);
                data.WriteTo(to);
                break;
            case ProcessEvent.EventOneofCase.End:
                Assert.Null(End);
                End = happened.End;
                break;
            case ProcessEvent.EventOneofCase.Keepalive:
                Keepalives++;
                break;
            default:
                Assert.Fail($"An event that was not expected: {happened}");
                break;
        }

        return true;
    }

    public void Dispose() => _stream.Dispose();
}
