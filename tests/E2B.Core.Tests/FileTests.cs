using System.Text;
using E2B.Core.Tests.Fakes;
using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace E2B.Core.Tests;

public class FileTests
{
    private const string Written = """[{"name":"ä b","path":"/home/user/ä b","type":"file"}]""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("0.6.13", null, "/files?path=%2Ftmp%2F%C3%A4%20b%26c")]
    [InlineData("0.6.13", "root", "/files?path=%2Ftmp%2F%C3%A4%20b%26c&username=root")]
    [InlineData("0.3.9", null, "/files?path=%2Ftmp%2F%C3%A4%20b%26c&username=user")]
    public async Task Reading_asks_for_the_path_as_the_user(string version, string? user, string expected)
    {
        var handler = new FakeHandler(_ => Answers.Text(200, "grüße"));

        string text = await Client.Sandbox(handler, version).Files.ReadTextAsync("/tmp/ä b&c", new SandboxFileOptions { User = user }, Token);

        Assert.Equal("grüße", text);
        Assert.Equal($"GET {expected}", $"{handler.Only.Method} {handler.Only.PathAndQuery}");
        Assert.Equal(Client.AccessToken, handler.Only.Headers["X-Access-Token"]);
        Assert.DoesNotContain("Accept-Encoding", handler.Only.Headers.Keys);
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_text()
    {
        var handler = new FakeHandler(_ => new HttpResponseMessage { Content = new ByteArrayContent([0xEF, 0xBB, 0xBF, (byte)'x']) });

        Assert.Equal("x", await Client.Sandbox(handler).Files.ReadTextAsync("/x", cancellationToken: Token));
        Assert.Equal(4, (await Client.Sandbox(handler).Files.ReadBytesAsync("/x", cancellationToken: Token)).Length);
    }

    [Fact]
    public async Task A_file_is_fetched_as_it_is_read()
    {
        var body = new ScriptedStream("ab"u8.ToArray());
        await using Stream content = await Client.Sandbox(new FakeHandler(_ => new HttpResponseMessage { Content = new StreamContent(body) }))
            .Files.OpenReadAsync("/x", cancellationToken: Token);
        byte[] buffer = new byte[10];

        Assert.Equal(0, body.Reads);
        Assert.Equal(2, await content.ReadAsync(buffer, Token));
        ValueTask<int> next = content.ReadAsync(buffer, Token);
        Assert.False(next.IsCompleted);
        body.Send("c"u8.ToArray()).Close();
        Assert.Equal(1, await next);
        Assert.Equal(0, await content.ReadAsync(buffer, Token));
    }

    [Fact]
    public async Task A_file_that_stops_coming_runs_into_the_time_limit()
    {
        var body = new ScriptedStream("ab"u8.ToArray());
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => new HttpResponseMessage { Content = new StreamContent(body) }));

        var error = await Assert.ThrowsAsync<E2BTimeoutException>(
            () => sandbox.Files.ReadBytesAsync("/x", new SandboxFileOptions { RequestTimeout = TimeSpan.FromMilliseconds(40) }, Token));

        Assert.Equal(E2BTimeoutKind.Request, error.Kind);
    }

    [Fact]
    public async Task A_file_cut_off_by_the_sandboxs_end_says_so()
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(request => request.PathAndQuery == "/health"
            ? Answers.Empty(502)
            : new HttpResponseMessage { Content = new StreamContent(new ScriptedStream([1, 2]).Close(new HttpIOException(HttpRequestError.ResponseEnded))) }));

        var error = await Assert.ThrowsAsync<E2BTimeoutException>(() => sandbox.Files.ReadBytesAsync("/x", cancellationToken: Token));

        Assert.Equal(E2BTimeoutKind.SandboxEnded, error.Kind);
    }

    [Theory]
    [InlineData(404, typeof(SandboxFileNotFoundException))]
    [InlineData(400, typeof(E2BInvalidArgumentException))]
    [InlineData(502, typeof(E2BTimeoutException))]
    public async Task Reading_what_cannot_be_read_is_an_error_of_its_own(int status, Type expected)
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Error(status, "path '/x' does not exist")));

        Exception error = await Assert.ThrowsAsync(expected, () => sandbox.Files.OpenReadAsync("/x", cancellationToken: Token));

        Assert.Equal("/x", (error as SandboxFileNotFoundException)?.Path ?? "/x");
    }

    [Fact]
    public async Task Writing_sends_the_bytes_as_they_are()
    {
        var handler = new FakeHandler(_ => Answers.Text(200, Written));
        var options = new SandboxFileOptions { Metadata = new Dictionary<string, string> { ["author"] = "me" } };

        SandboxEntry entry = await Client.Sandbox(handler).Files.WriteTextAsync("ä b", "grüße", options, Token);

        Assert.Equal("POST /files?path=%C3%A4%20b", $"{handler.Only.Method} {handler.Only.PathAndQuery}");
        Assert.Equal(("application/octet-stream", "7", "me"),
            (handler.Only.Headers["Content-Type"], handler.Only.Headers["Content-Length"], handler.Only.Headers["X-Metadata-author"]));
        Assert.Equal("grüße", handler.Only.Text);
        Assert.Equal(("ä b", "/home/user/ä b", SandboxEntryType.File, 7L, "sbx1"), (entry.Name, entry.Path, entry.Type, entry.Size, entry.SandboxId));
    }

    [Fact]
    public async Task An_old_daemon_gets_a_form()
    {
        var handler = new FakeHandler(_ => Answers.Text(200, Written));

        await Client.Sandbox(handler, "0.5.6").Files.WriteTextAsync("/x", "content", cancellationToken: Token);

        Assert.StartsWith("multipart/form-data", handler.Only.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Contains("name=file", handler.Only.Text, StringComparison.Ordinal);
        Assert.Contains("filename=/x", handler.Only.Text.Replace("\"", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("\r\ncontent\r\n", handler.Only.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_that_cannot_be_kept_is_refused_here()
    {
        var handler = new FakeHandler(_ => Answers.Text(200, Written));
        Task Write(string version, string key, string value) => Client.Sandbox(handler, version).Files.WriteTextAsync(
            "/x", "y", new SandboxFileOptions { Metadata = new Dictionary<string, string> { [key] = value } }, Token);

        await Assert.ThrowsAsync<E2BTemplateException>(() => Write("0.6.1", "a", "b"));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => Write("0.6.2", "a b", "b"));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => Write("0.6.2", "a", "b\r\nX-Evil: 1"));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => Write("0.6.2", "a", "ü"));

        Assert.Empty(handler.Requests);
    }

    [Theory]
    [InlineData(507, "not enough disk space available")]
    [InlineData(500, "error ensuring directories: failed to create directory: mkdir /a: no space left on device")]
    public async Task A_full_disk_is_its_own_error(int status, string message)
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Error(status, message)));

        await Assert.ThrowsAsync<NotEnoughSpaceException>(() => sandbox.Files.WriteTextAsync("/x", "y", cancellationToken: Token));
    }

    [Fact]
    public async Task What_goes_wrong_with_the_source_is_not_blamed_on_the_network()
    {
        var failure = new IOException("the local disk failed");
        var handler = new FakeHandler(_ => Answers.Text(200, Written));

        Exception error = await Assert.ThrowsAsync<IOException>(
            () => Client.Sandbox(handler).Files.WriteAsync("/x", new ScriptedStream([1]).Close(failure), cancellationToken: Token));

        Assert.Same(failure, error);
    }

    [Fact]
    public async Task A_slow_source_does_not_run_into_the_time_limit()
    {
        var source = new ScriptedStream([1]);
        var handler = new FakeHandler(_ => Answers.Text(200, Written));
        TimeSpan limit = TimeSpan.FromMilliseconds(300);

        Task<SandboxEntry> writing = Client.Sandbox(handler).Files.WriteAsync("/x", source, new SandboxFileOptions { RequestTimeout = limit }, Token);
        await Task.WhenAny(writing, Task.Delay(2 * limit, Token));
        Assert.False(writing.IsCompleted);
        source.Send([2]).Close();

        Assert.Equal(2, (await writing).Size);
    }

    [Fact]
    public async Task An_entry_is_told_with_all_its_properties()
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var handler = new FakeHandler(_ => Answers.Proto(new StatResponse
        {
            Entry = new EntryInfo
            {
                Name = "l", Path = "/l", Type = FileType.Symlink, Size = 5_000_000_000, Mode = 0b111_101_101, Permissions = "lrwxr-xr-x",
                Owner = "o", Group = "g", ModifiedTime = Timestamp.FromDateTimeOffset(time), SymlinkTarget = "/t", Metadata = { ["k"] = "v" },
            },
        }));

        SandboxEntry entry = await Client.Sandbox(handler).Files.GetInfoAsync("/l", new SandboxFileOptions { User = "root" }, Token);

        Assert.Equal("Basic cm9vdDo=", handler.Only.Headers["Authorization"]);
        Assert.Equal(("l", "/l", SandboxEntryType.SymbolicLink, 5_000_000_000, 493, "lrwxr-xr-x", "o", "g"),
            (entry.Name, entry.Path, entry.Type, entry.Size, entry.Mode, entry.Permissions, entry.Owner, entry.Group));
        Assert.Equal((time, "/t", "v", false), (entry.ModifiedTime, entry.SymlinkTarget, entry.Metadata["k"], entry.IsDirectory));
    }

    [Fact]
    public async Task A_listing_has_a_depth_of_one_or_more()
    {
        var handler = new FakeHandler(_ => Answers.Proto(new ListDirResponse { Entries = { new EntryInfo { Name = "a", Path = "/d/a", Type = FileType.Directory } } }));
        FilesClient files = Client.Sandbox(handler).Files;

        Assert.True(Assert.Single(await files.ListAsync("/d", cancellationToken: Token)).IsDirectory);
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => files.ListAsync("/d", 0, cancellationToken: Token));

        Assert.Equal(("/d", 1u), (ListDirRequest.Parser.ParseFrom(handler.Only.Body).Path, ListDirRequest.Parser.ParseFrom(handler.Only.Body).Depth));
    }

    [Fact]
    public async Task Making_a_directory_that_is_there_is_no_error()
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Text(409, Encoding.UTF8.GetString(new ConnectError(ConnectCode.AlreadyExists, "there").ToJson()))));

        Assert.False(await sandbox.Files.MakeDirectoryAsync("/d", cancellationToken: Token));
    }

    [Fact]
    public async Task An_empty_path_is_refused_here()
    {
        FilesClient files = Client.Sandbox(FakeHandler.Silent()).Files;

        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => files.ReadTextAsync("", cancellationToken: Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => files.WriteTextAsync("", "x", cancellationToken: Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => files.ListAsync("", cancellationToken: Token));
    }
}
