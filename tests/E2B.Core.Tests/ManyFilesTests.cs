using System.Collections.Concurrent;
using System.Text.Json;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

public class ManyFilesTests
{
    private readonly ConcurrentDictionary<string, string> _disk = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_small_files_share_requests_and_come_back_in_order()
    {
        FakeHandler handler = Daemon();
        SandboxFileContent[] files = [.. Enumerable.Range(0, 1000).Select(i => new SandboxFileContent($"/d/{i}", $"content {i}"))];

        IReadOnlyList<SandboxEntry> written = await Client.Sandbox(handler).Files.WriteManyAsync(files, cancellationToken: Token);

        Assert.Equal(files.Select(f => f.Path), written.Select(e => e.Path));
        Assert.Equal(("/d/999", 11L, "sbx1"), (written[999].Path, written[999].Size, written[999].SandboxId));
        Assert.Equal(1000, _disk.Count);
        Assert.All(Enumerable.Range(0, 1000), i => Assert.Equal($"content {i}", _disk[$"/d/{i}"]));
        Assert.InRange(handler.Requests.Count, 2, 50);
        Assert.All(handler.Requests, r => Assert.Equal("/files", r.PathAndQuery));
    }

    [Fact]
    public async Task Files_of_all_kinds_keep_their_order()
    {
        var left = new MemoryStream("from a stream"u8.ToArray());
        var opened = new ScriptedStream("opened"u8.ToArray()).Close();
        byte[] large = [.. Enumerable.Repeat((byte)'L', 100_000)];

        IReadOnlyList<SandboxEntry> written = await Client.Sandbox(Daemon()).Files.WriteManyAsync(
            [
                new SandboxFileContent("/1", "text"),
                new SandboxFileContent("/2", left),
                new SandboxFileContent("/3", new byte[] { 0x41 }),
                new SandboxFileContent("/4", ""),
                new SandboxFileContent("/5", large),
                new SandboxFileContent("/6", () => opened),
                new SandboxFileContent("/7 ä\"\\.txt", "odd"),
                new SandboxFileContent("/8", "last"),
            ],
            cancellationToken: Token);

        Assert.Equal(["/1", "/2", "/3", "/4", "/5", "/6", "/7 ä\"\\.txt", "/8"], written.Select(e => e.Path));
        Assert.Equal([4L, 13, 1, 0, 100_000, 6, 3, 4], written.Select(e => e.Size));
        Assert.Equal(("from a stream", "A", "opened", "odd"), (_disk["/2"], _disk["/3"], _disk["/6"], _disk["/7 ä\"\\.txt"]));
        Assert.True(left.CanRead);
        Assert.True(opened.IsDisposed);
    }

    [Fact]
    public async Task User_metadata_and_compression_hold_for_all()
    {
        FakeHandler handler = Daemon();
        var options = new SandboxFileOptions { User = "root", Gzip = true, Metadata = new Dictionary<string, string> { ["k"] = "v" } };

        await Client.Sandbox(handler).Files.WriteManyAsync(
            [new("/1", "a"), new("/2", "b"), new("/3", new MemoryStream([1]))], options, Token);

        Assert.Equal(2, handler.Requests.Count);
        Assert.All(handler.Requests, r => Assert.Equal(("gzip", "v"), (r.Headers["Content-Encoding"], r.Headers["X-Metadata-k"])));
        Assert.Equal(["/files?path=%2F3&username=root", "/files?username=root"], handler.Requests.Select(r => r.PathAndQuery).Order());
    }

    [Fact]
    public async Task The_first_failure_gives_up_the_rest_and_names_its_file()
    {
        int asked = 0;
        IEnumerable<SandboxFileContent> Files()
        {
            for (int i = 0; i < 100_000; i++)
            {
                asked++;
                yield return new SandboxFileContent($"/d/{i}", i == 70 ? "REFUSED" : "x");
            }
        }

        var error = await Assert.ThrowsAsync<E2BInvalidArgumentException>(
            () => Client.Sandbox(Daemon()).Files.WriteManyAsync(Files(), cancellationToken: Token));

        Assert.Contains("'/d/70'", error.Message, StringComparison.Ordinal);
        Assert.InRange(asked, 71, 99_999);
    }

    [Theory]
    [InlineData(401, typeof(E2BAuthenticationException))]
    [InlineData(502, typeof(E2BTimeoutException))]
    public async Task What_is_about_no_single_file_is_not_asked_again_file_by_file(int status, Type expected)
    {
        var handler = new FakeHandler(_ => Answers.Error(status));

        await Assert.ThrowsAsync(expected, () => Client.Sandbox(handler).Files.WriteManyAsync([new("/1", "a"), new("/2", "b")], cancellationToken: Token));

        Assert.Single(handler.Requests);
    }

    [Fact]
    public async Task A_path_twice_and_an_empty_one_are_refused()
    {
        FilesClient files = Client.Sandbox(Daemon()).Files;

        var error = await Assert.ThrowsAsync<E2BInvalidArgumentException>(
            () => files.WriteManyAsync([new("/same", "a"), new("/same", "b")], cancellationToken: Token));

        Assert.Contains("/same", error.Message, StringComparison.Ordinal);
        Assert.Throws<E2BInvalidArgumentException>(() => new SandboxFileContent("", "x"));
        Assert.Empty(_disk);
        Assert.Empty(await files.WriteManyAsync([], cancellationToken: Token));
    }

    [Fact]
    public async Task Content_that_cannot_be_read_names_its_file()
    {
        var failure = new InvalidOperationException("no such thing here");

        var error = await Assert.ThrowsAsync<IOException>(() => Client.Sandbox(Daemon()).Files.WriteManyAsync(
            [new("/1", "a"), new("/broken", () => throw failure)], cancellationToken: Token));

        Assert.Contains("/broken", error.Message, StringComparison.Ordinal);
        Assert.Same(failure, error.InnerException);
    }

    [Fact]
    public async Task Several_requests_are_under_way_at_once_but_not_any_number()
    {
        int now = 0;
        int most = 0;
        var handler = new FakeHandler(async (request, token) =>
        {
            int mine = Interlocked.Increment(ref now);
            InterlockedMax(ref most, mine);

            // The first ones wait for each other; that there are two is what lets them go on.
            for (long end = Environment.TickCount64 + 10_000; Volatile.Read(ref most) < 2 && Environment.TickCount64 < end;)
            {
                await Task.Delay(5, token);
            }

            Interlocked.Decrement(ref now);
            return Answer(request);
        });

        await Client.Sandbox(handler).Files.WriteManyAsync(
            Enumerable.Range(0, 40).Select(i => new SandboxFileContent($"/{i}", new MemoryStream([1]))), cancellationToken: Token);

        Assert.InRange(most, 2, 16);
    }

    [Fact]
    public async Task Giving_up_gives_up_all()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        int started = 0;
        var handler = new FakeHandler(async (_, token) =>
        {
            if (Interlocked.Increment(ref started) == 2)
            {
                await source.CancelAsync();
            }

            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException("unreachable");
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.Sandbox(handler).Files.WriteManyAsync(
            Enumerable.Range(0, 1000).Select(i => new SandboxFileContent($"/{i}", new MemoryStream([1]))), cancellationToken: source.Token));

        Assert.InRange(started, 2, 16);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private FakeHandler Daemon() => new(Answer);

    /// <summary>A fake of the daemon: keeps what is written, and refuses what says so.</summary>
    private HttpResponseMessage Answer(SentRequest request)
    {
        var answer = new List<object>();
        foreach ((string path, string content) in FilesIn(request))
        {
            if (content == "REFUSED")
            {
                return Answers.Error(400, "path is a directory");
            }

            _disk[path] = content;
            answer.Add(new { name = path.Split('/')[^1], path, type = "file" });
        }

        return Answers.Text(200, JsonSerializer.Serialize(answer));
    }

    private static IEnumerable<(string Path, string Content)> FilesIn(SentRequest request)
    {
        string body = request.Headers.ContainsKey("Content-Encoding")
            ? new StreamReader(new System.IO.Compression.GZipStream(new MemoryStream(request.Body), System.IO.Compression.CompressionMode.Decompress)).ReadToEnd()
            : request.Text;
        if (request.Headers["Content-Type"] == "application/octet-stream")
        {
            string path = request.Uri.Query.Split("path=")[1].Split('&')[0];
            yield return (Uri.UnescapeDataString(path), body);
            yield break;
        }

        string boundary = request.Headers["Content-Type"].Split("boundary=")[1].Trim('"');
        foreach (string part in body.Split("--" + boundary)[1..^1])
        {
            string[] halves = part.Split("\r\n\r\n", 2);
            Assert.Contains("name=file", halves[0].Replace("\"", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
            string name = halves[0].Contains("filename*=", StringComparison.Ordinal)
                ? Uri.UnescapeDataString(halves[0].Split("filename*=utf-8''")[1].Trim())
                : halves[0].Split("filename=\"")[1].Split('"')[0];
            yield return (name, halves[1][..^2]);
        }
    }
}
