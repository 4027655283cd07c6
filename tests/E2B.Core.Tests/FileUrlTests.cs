using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

public class FileUrlTests
{
    private const string OddPath = "ä b&c+d~!(e)'*%41/ü\U0001F600\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Expected values: what the official JavaScript client 2.51 returned for the same sandbox at the same time.
    [Theory]
    [InlineData("/home/user/a.txt", null, null, "https://49983-sbx1.e2b.app/files?path=%2Fhome%2Fuser%2Fa.txt&signature=v1_8nw%2Fb%2FgBBxSBTPB63XM%2BDDfXYGnzm%2FF8JV3F8FlYtaM")]
    [InlineData("/home/user/a.txt", "root", 90.0, "https://49983-sbx1.e2b.app/files?username=root&path=%2Fhome%2Fuser%2Fa.txt&signature=v1_FzP4qEr8Oh05QK%2FmjPBqjW%2FaZEHFX9TdJgu9QMvOppw&signature_expiration=1893456090")]
    [InlineData("/home/user/a.txt", "root", 89.001, "https://49983-sbx1.e2b.app/files?username=root&path=%2Fhome%2Fuser%2Fa.txt&signature=v1_FzP4qEr8Oh05QK%2FmjPBqjW%2FaZEHFX9TdJgu9QMvOppw&signature_expiration=1893456090")]
    public async Task A_download_url_is_that_of_the_official_client(string path, string? user, double? seconds, string expected)
    {
        FakeHandler handler = FakeHandler.Silent();

        Uri url = await Sandbox(handler).Files.GetDownloadUrlAsync(path, Options(user, seconds), Token);

        Assert.Equal(expected, url.AbsoluteUri);
        Assert.Empty(handler.Requests);
    }

    [Theory]
    [InlineData(OddPath, "a b", 1.0, "https://49983-sbx1.e2b.app/files?username=a+b&path=%C3%A4+b%26c%2Bd%7E%21%28e%29%27*%2541%2F%C3%BC%F0%9F%98%80%0A&signature=v1_Qo%2BqEMkDl%2BtI1SYnesNLyYX5Vayn4EMb5zNz83jiCB8&signature_expiration=1893456001")]
    [InlineData(null, null, 60.0, "https://49983-sbx1.e2b.app/files?signature=v1_v9TtfFyPvl3rqrUoFnog6WPAPcutbplgCmi3yc4kv1o&signature_expiration=1893456060")]
    public async Task An_upload_url_is_that_of_the_official_client(string? path, string? user, double? seconds, string expected) =>
        Assert.Equal(expected, (await Sandbox(FakeHandler.Silent()).Files.GetUploadUrlAsync(path, Options(user, seconds), Token)).AbsoluteUri);

    [Theory]
    [InlineData("0.3.9", null, null, "https://49983-sbx1.e2b.app/files?username=user&path=x&signature=v1_zxyyMcIbpHVWsd1lz8dyXIpvBNm5oVRPEpbiTysu54M")]
    [InlineData("0.6.13", "cluster.example", null, "https://49983-sbx1.cluster.example/files?path=x&signature=")]
    [InlineData("0.6.13", "cluster.example", "http://127.0.0.1:3001", "http://127.0.0.1:3001/files?path=x&signature=")]
    [InlineData("0.6.13", null, "http://127.0.0.1:3001/below/", "http://127.0.0.1:3001/below/files?path=x&signature=")]
    public async Task The_host_needs_no_headers(string version, string? domain, string? sandboxUrl, string expected)
    {
        E2BClient client = Client.With(FakeHandler.Silent(), o => o with { SandboxUrl = sandboxUrl is null ? null : new Uri(sandboxUrl) });
        Sandbox sandbox = client.Sandboxes.Attach("sbx1", new SandboxAccess { AccessToken = Client.AccessToken, EnvdVersion = version, Domain = domain });

        Assert.StartsWith(expected, (await sandbox.Files.GetDownloadUrlAsync("x", cancellationToken: Token)).AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sandbox_without_a_token_has_urls_without_signature()
    {
        FilesClient files = Client.With(FakeHandler.Silent()).Sandboxes.Attach("sbx1", new SandboxAccess()).Files;
        FilesClient debug = Client.With(FakeHandler.Silent(), o => o with { Debug = true }).Sandboxes.Attach("sbx1", new SandboxAccess()).Files;

        Assert.Equal("https://49983-sbx1.e2b.app/files?username=root&path=%2Fx", (await files.GetDownloadUrlAsync("/x", Options("root", null), Token)).AbsoluteUri);
        Assert.Equal("https://49983-sbx1.e2b.app/files", (await files.GetUploadUrlAsync(null, cancellationToken: Token)).AbsoluteUri);
        Assert.Equal("http://localhost:49983/files?path=%2Fx", (await debug.GetUploadUrlAsync("/x", cancellationToken: Token)).AbsoluteUri);
        var error = await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => files.GetDownloadUrlAsync("/x", Options(null, 1), Token));
        Assert.Equal("sbx1", error.SandboxId);
    }

    [Fact]
    public async Task What_makes_no_url_is_refused()
    {
        FilesClient files = Sandbox(FakeHandler.Silent()).Files;

        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => files.GetDownloadUrlAsync("/x", Options(null, 0), Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => files.GetUploadUrlAsync("/x", Options(null, -1), Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => files.GetDownloadUrlAsync("", cancellationToken: Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => files.GetUploadUrlAsync("", cancellationToken: Token));
    }

    private static FileUrlOptions Options(string? user, double? seconds) =>
        new() { User = user, Expires = seconds is { } s ? TimeSpan.FromSeconds(s) : null };

    private static Sandbox Sandbox(FakeHandler handler) => Client.Sandbox(handler, change: o => o with { Clock = new StoppedClock() });

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_893_456_000_123);
    }
}
