using System.Net;
using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace E2B.LocalServer.Tests.EndToEnd;

/// <summary>E2B.Core's file operations against the real server and a real sandbox.</summary>
public sealed class FileOperationTests(RealServer server) : IClassFixture<RealServer>
{
    private const int Limit = 120_000;

    private readonly FilesClient _files = server.Files;

    private static CancellationToken Token => RealServer.Token;

    [Theory(Timeout = Limit)]
    [InlineData(0, null), InlineData(1, 3), InlineData(499_999, 2), InlineData(500_000, 100_000), InlineData(1_000_000, null), InlineData(7, 0)]
    public async Task A_part_of_a_file_is_read(int offset, int? length)
    {
        byte[] content = await WriteRandomAsync("part", 1_000_000);
        FileRange range = length is { } count ? FileRange.Slice(offset, count) : FileRange.From(offset);
        await using SandboxFileStream stream = await _files.OpenReadAsync("part", range, cancellationToken: Token);

        byte[] expected = content[offset..Math.Min(content.Length, offset + (length ?? int.MaxValue / 2))];
        Assert.Equal((offset, expected.Length, 1_000_000L), (stream.Offset, stream.Length, stream.TotalLength));
        Assert.Equal(expected, await ReadAllAsync(stream));
    }

    [Theory(Timeout = Limit)]
    [InlineData(0), InlineData(1), InlineData(1_000), InlineData(5_000)]
    public async Task The_end_of_a_file_is_read(int count)
    {
        byte[] content = await WriteRandomAsync("end", 1_000);
        await using SandboxFileStream stream = await _files.OpenReadAsync("end", FileRange.Last(count), cancellationToken: Token);

        Assert.Equal(content[^Math.Min(count, 1_000)..], await ReadAllAsync(stream));
    }

    [Fact(Timeout = Limit)]
    public async Task What_is_past_the_end_is_refused_and_an_empty_file_has_an_end()
    {
        await _files.WriteTextAsync("ten", "0123456789", cancellationToken: Token);
        await _files.WriteTextAsync("none", "", cancellationToken: Token);

        var error = await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => _files.OpenReadAsync("ten", FileRange.From(11), cancellationToken: Token));
        Assert.Contains("10 bytes", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => _files.OpenReadAsync("none", FileRange.From(1), cancellationToken: Token));
        foreach (FileRange range in (FileRange[])[FileRange.From(0), FileRange.Slice(0, 5), FileRange.Last(5), FileRange.Last(0)])
        {
            await using SandboxFileStream stream = await _files.OpenReadAsync("none", range, cancellationToken: Token);
            Assert.Empty(await ReadAllAsync(stream));
        }
    }

    [Fact(Timeout = Limit)]
    public async Task A_download_goes_on_where_it_was_left()
    {
        byte[] content = await WriteRandomAsync("resumed", 3_000_000);
        byte[] first = new byte[1_234_567];
        long at;
        DateTimeOffset? modified;
        await using (SandboxFileStream stream = await _files.OpenReadAsync("resumed", cancellationToken: Token))
        {
            await stream.ReadExactlyAsync(first, Token);
            (at, modified) = (stream.Offset + stream.Position, stream.LastModified);
        }

        await using SandboxFileStream rest = await _files.OpenReadAsync("resumed", FileRange.From(at), cancellationToken: Token);
        Assert.Equal((3_000_000L, modified), (rest.TotalLength, rest.LastModified));
        byte[] whole = [.. first, .. await ReadAllAsync(rest)];
        Assert.Equal(content, whole);
    }

    [Fact(Timeout = Limit)]
    public async Task Content_is_compressed_on_its_way()
    {
        var gzip = new SandboxFileOptions { Gzip = true };
        string text = string.Concat(Enumerable.Repeat("compressible ", 300_000));

        await _files.WriteTextAsync("packed", text, gzip, Token);

        Assert.Equal(text.Length, (await _files.GetInfoAsync("packed", cancellationToken: Token)).Size);
        Assert.Equal(text, await _files.ReadTextAsync("packed", gzip, Token));
        Assert.Equal(text, await _files.ReadTextAsync("packed", cancellationToken: Token));
    }

    [Fact(Timeout = Limit)]
    public async Task Lines_come_as_they_are_written()
    {
        string[] lines = [.. Enumerable.Range(0, 20_000).Select(i => $"line {i} grüße")];
        await _files.WriteTextAsync("lines", "\uFEFF" + string.Join("\r\n", lines), cancellationToken: Token);

        Assert.Equal(lines, await _files.ReadLinesAsync("lines", cancellationToken: Token).ToListAsync(Token));
        Assert.Equal(["line 0 grüße"], await _files.ReadLinesAsync("lines", cancellationToken: Token).Take(1).ToListAsync(Token));
    }

    [Fact(Timeout = Limit)]
    public async Task Many_files_are_written_each_to_its_own_path()
    {
        string[] odd = ["a b", "ü\U0001F600", "\"quoted\"", "back\\slash", "new\nline", "per%cent+&?#", "deep/er/file"];
        string[] paths = [.. odd.Concat(Enumerable.Range(0, 500).Select(i => $"small-{i}")).Select(name => "many/" + name)];
        var options = new SandboxFileOptions { User = "root", Metadata = new Dictionary<string, string> { ["k"] = "v" } };

        IReadOnlyList<SandboxEntry> written = await _files.WriteManyAsync(
            paths.Select((path, i) => i % 100 == 5 ? new SandboxFileContent(path, new MemoryStream(Encoding.UTF8.GetBytes(path))) : new SandboxFileContent(path, path)),
            options,
            Token);

        Assert.Equal(paths.Select(path => "/root/" + path), written.Select(entry => entry.Path));
        Assert.All(written, entry => Assert.Equal("v", entry.Metadata["k"]));
        foreach (string path in paths.Take(20).Append(paths[^1]))
        {
            Assert.Equal(path, await _files.ReadTextAsync(path, new SandboxFileOptions { User = "root" }, Token));
        }

        Assert.Equal("507\n", await RealServer.RunAsync(server.Sandbox, "find /root/many -type f -user root -print0 | tr -dc '\\0' | wc -c"));
    }

    [Fact(Timeout = Limit)]
    public async Task The_file_that_cannot_be_written_is_named()
    {
        await _files.MakeDirectoryAsync("taken", cancellationToken: Token);

        var error = await Assert.ThrowsAsync<E2BInvalidArgumentException>(
            () => _files.WriteManyAsync([new("fine", "x"), new("taken", "x"), new("later", "x")], cancellationToken: Token));

        Assert.Contains("'taken'", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task An_entry_is_told_with_all_its_properties()
    {
        var metadata = new Dictionary<string, string> { ["Author"] = "me", ["purpose"] = "a test" };
        var kept = new Dictionary<string, string> { ["author"] = "me", ["purpose"] = "a test" };
        SandboxEntry written = await _files.WriteTextAsync("/tmp/told/file", "12345", new SandboxFileOptions { Metadata = metadata }, Token);
        await RealServer.RunAsync(server.Sandbox, "cd /tmp/told && chmod 2750 file && touch -d @1700000000.25 file && ln -s file one && ln -s one two && ln -s nowhere broken && mkfifo pipe");

        SandboxEntry file = await _files.GetInfoAsync("/tmp/told/file", cancellationToken: Token);
        IReadOnlyList<SandboxEntry> listed = await _files.ListAsync("/tmp/told", cancellationToken: Token);

        Assert.Equal(kept, written.Metadata);
        Assert.Equal(kept, file.Metadata);
        Assert.Equal(
            (server.Sandbox.SandboxId, "file", "/tmp/told/file", SandboxEntryType.File, 5L, 0b111_101_000, "grwxr-x---", "user", "user", (string?)null),
            (file.SandboxId, file.Name, file.Path, file.Type, file.Size, file.Mode, file.Permissions, file.Owner, file.Group, file.SymlinkTarget));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_250), file.ModifiedTime);
        Assert.Equal(
            [
                ("broken", SandboxEntryType.Other, "/tmp/told/broken"), ("file", SandboxEntryType.File, null), ("one", SandboxEntryType.File, "/tmp/told/file"),
                ("pipe", SandboxEntryType.Other, null), ("two", SandboxEntryType.File, "/tmp/told/file"),
            ],
            listed.Select(entry => (entry.Name, entry.Type, entry.SymlinkTarget)));
        Assert.Equal(kept, listed[1].Metadata);
        Assert.Empty((await _files.WriteTextAsync("/tmp/told/file", "again", cancellationToken: Token)).Metadata);
    }

    [Fact(Timeout = Limit)]
    public async Task A_url_works_without_anything_else()
    {
        await _files.WriteTextAsync("/tmp/linked ü+&", "by url", cancellationToken: Token);
        using var http = new HttpClient();
        Uri download = await _files.GetDownloadUrlAsync("/tmp/linked ü+&", new FileUrlOptions { Expires = TimeSpan.FromMinutes(1) }, Token);
        Uri upload = await _files.GetUploadUrlAsync("/tmp/by-url", new FileUrlOptions { User = "root" }, Token);
        using var body = new ByteArrayContent("sent"u8.ToArray());
        body.Headers.ContentType = new("application/octet-stream");

        Assert.Equal("by url", await http.GetStringAsync(download, Token));
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync(upload, body, Token)).StatusCode);
        Assert.Equal("root", (await _files.GetInfoAsync("/tmp/by-url", cancellationToken: Token)).Owner);

        // A URL for one thing is none for another.
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(upload, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.PostAsync(download, body, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri(download.AbsoluteUri.Replace("linked", "leaked", StringComparison.Ordinal)), Token)).StatusCode);
    }

    [Fact(Timeout = Limit)]
    public async Task A_url_is_worth_nothing_after_its_time_or_in_another_sandbox()
    {
        await _files.WriteTextAsync("/tmp/brief", "x", cancellationToken: Token);
        using var http = new HttpClient();
        Uri brief = await _files.GetDownloadUrlAsync("/tmp/brief", new FileUrlOptions { Expires = TimeSpan.FromSeconds(1) }, Token);
        for (long end = Environment.TickCount64 + 20_000; (await http.GetAsync(brief, Token)).StatusCode == HttpStatusCode.OK;)
        {
            Assert.True(Environment.TickCount64 < end, "The URL works for too long.");
            await Task.Delay(100, Token);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(brief, Token)).StatusCode);

        E2B.Sandbox other = await server.NewSandboxAsync();
        await other.Files.WriteTextAsync("/tmp/brief", "of another", cancellationToken: Token);
        Assert.Equal("of another", await http.GetStringAsync(await other.Files.GetDownloadUrlAsync("/tmp/brief", cancellationToken: Token), Token));
        Uri gone = await other.Files.GetDownloadUrlAsync("/tmp/brief", cancellationToken: Token);
        await other.KillAsync(Token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(gone, Token)).StatusCode);
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Token);
        return all.ToArray();
    }

    private async Task<byte[]> WriteRandomAsync(string path, int length)
    {
        byte[] content = RandomNumberGenerator.GetBytes(length);
        await _files.WriteAsync(path, content, cancellationToken: Token);
        return content;
    }
}
