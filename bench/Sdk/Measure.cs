using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace E2B.Bench;

internal static class Measure
{
    private const string File = "/tmp/bench-file";

    public static async Task CommandsAsync(Sandbox sandbox, int count)
    {
        for (int i = 0; i < count; i++)
        {
            (await sandbox.Commands.RunAsync("true")).EnsureSuccess();
        }
    }

    /// <summary>The same in many places at once, round after round.</summary>
    public static async Task EachAsync(IEnumerable<Func<int, Task>> works, int rounds)
    {
        Func<int, Task>[] all = [.. works];
        for (int i = 0; i < rounds; i++)
        {
            await Task.WhenAll(all.Select(static work => work(1)));
        }
    }

    /// <summary>Makes so many sandboxes at once, and ends each as soon as it is there.</summary>
    public static Task LivesAsync(E2BClient client, int count) => Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
    {
        Sandbox sandbox = await client.Sandboxes.CreateAsync();
        if (!await sandbox.KillAsync())
        {
            throw new InvalidDataException($"the sandbox {sandbox.SandboxId} was gone");
        }
    }));

    /// <summary>
    /// A client that has been in use for a while: both this runtime and the peer's compile again, in the background, what is used often.
    /// </summary>
    public static async Task WarmLivesAsync(E2BClient client, int count)
    {
        for (int round = 0; round < 5; round++)
        {
            await LivesAsync(client, count);
        }

        await Task.Delay(1000);
    }

    public static async Task<Func<int, Task>> RawEachAsync(string[] sandboxIds)
    {
        var http = new HttpClient();
        Func<int, Task>[] works = await Task.WhenAll(sandboxIds.Select(id => RawAsync(http, id)));
        return rounds => EachAsync(works, rounds);
    }

    /// <summary>The same requests without any library: bytes made beforehand, answers read and dropped.</summary>
    public static async Task<Func<int, Task>> RawAsync(HttpClient http, string sandboxId)
    {
        string api = Environment.GetEnvironmentVariable("E2B_API_URL")!.TrimEnd('/');
        string edge = Environment.GetEnvironmentVariable("E2B_SANDBOX_URL")!.TrimEnd('/');
        using var ask = new HttpRequestMessage(HttpMethod.Get, $"{api}/sandboxes/{sandboxId}");
        ask.Headers.Add("X-API-KEY", Environment.GetEnvironmentVariable("E2B_API_KEY"));
        using HttpResponseMessage answer = await http.SendAsync(ask);
        using JsonDocument model = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        string token = model.RootElement.GetProperty("envdAccessToken").GetString()!;

        // StartRequest { process { cmd: "/bin/bash", args: ["-l", "-c", "true"] }, stdin: false }, in a frame.
        byte[] message = [0x0a, 0x19, 0x0a, 9, .. "/bin/bash"u8, 0x12, 2, .. "-l"u8, 0x12, 2, .. "-c"u8, 0x12, 4, .. "true"u8, 0x20, 0x00];
        message[1] = (byte)(message.Length - 4);
        byte[] frame = [0, 0, 0, 0, (byte)message.Length, .. message];
        return async count =>
        {
            for (int i = 0; i < count; i++)
            {
                using var start = new HttpRequestMessage(HttpMethod.Post, $"{edge}/process.Process/Start");
                start.Headers.Add("E2b-Sandbox-Id", sandboxId);
                start.Headers.Add("E2b-Sandbox-Port", "49983");
                start.Headers.Add("X-Access-Token", token);
                start.Headers.Add("Connect-Protocol-Version", "1");
                start.Content = new ByteArrayContent(frame);
                start.Content.Headers.ContentType = new MediaTypeHeaderValue("application/connect+proto");
                using HttpResponseMessage response = await http.SendAsync(start);
                byte[] events = await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
                if (events.Length < 20 || events[^2] != (byte)'{')
                {
                    throw new InvalidDataException("the stream did not end well");
                }
            }
        };
    }

    public static async Task UploadAsync(Sandbox sandbox, int mebibytes)
    {
        using var source = new PatternStream(mebibytes * 1024L * 1024);
        await sandbox.Files.WriteAsync(File, source);
    }

    public static async Task DownloadAsync(Sandbox sandbox, int mebibytes)
    {
        await using Stream file = await sandbox.Files.OpenReadAsync(File);
        var buffer = new byte[128 * 1024];
        long total = 0;
        int read;
        while ((read = await file.ReadAsync(buffer)) > 0)
        {
            total += read;
        }

        if (total < mebibytes * 1024L * 1024)
        {
            throw new InvalidDataException($"the file has {total} bytes");
        }
    }

    /// <summary>Prints the milliseconds of: create, first command, both.</summary>
    public static async Task FirstCommandAsync(E2BClient client)
    {
        var watch = Stopwatch.StartNew();
        Sandbox sandbox = await client.Sandboxes.CreateAsync();
        double created = watch.Elapsed.TotalMilliseconds;
        (await sandbox.Commands.RunAsync("true")).EnsureSuccess();
        double both = watch.Elapsed.TotalMilliseconds;
        await sandbox.KillAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{created:0.0} {both - created:0.0} {both:0.0}"));
    }

    /// <summary>The most memory that this process ever had, in MiB.</summary>
    public static double PeakMemory()
    {
        string line = System.IO.File.ReadLines("/proc/self/status").First(static l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>Bytes out of nothing, so that the source costs nothing.</summary>
    private sealed class PatternStream : Stream
    {
        private long _left;

        public PatternStream(long length) => (Length, _left) = (length, length);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length { get; }

        public override long Position { get => Length - _left; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int taken = (int)Math.Min(count, _left);
            buffer.AsSpan(offset, taken).Fill(0x5a);
            _left -= taken;
            return taken;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int taken = (int)Math.Min(buffer.Length, _left);
            buffer.Span[..taken].Fill(0x5a);
            _left -= taken;
            return ValueTask.FromResult(taken);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
