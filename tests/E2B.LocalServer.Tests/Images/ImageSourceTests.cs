using System.Diagnostics;
using System.Text.Json.Nodes;
using E2B.LocalServer.Images;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Images;

/// <summary>Images of a registry on this machine, fetched by the real skopeo.</summary>
public sealed class ImageSourceTests : IAsyncLifetime
{
    private const string Secret = "pass-word-0123456789";
    private static readonly TimeSpan _long = TimeSpan.FromSeconds(60);
    private static string Here => ImageCheck.Architecture;
    private static string Elsewhere => Here == "amd64" ? "arm64" : "amd64";

    private readonly string _folder = TestRuntime.NewFolder();
    private readonly List<string> _log = [];
    private TestRegistry _registry = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Fetched => Path.Combine(_folder, "fetched");

    private string Target => Path.Combine(_folder, "target");

    public async ValueTask InitializeAsync()
    {
        Requirements.Check();
        Directory.CreateDirectory(Fetched);
        _registry = await TestRegistry.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_image_is_fetched_unpacked_and_furnished()
    {
        var config = new JsonObject { ["Env"] = new JsonArray("PATH=/usr/bin:/bin", "GREETING=a=b", "EMPTY="), ["User"] = "node" };
        var image = new TestImage([await MinimalRoot.LayerAsync(), new LayerBuilder().File("etc/added", "by the second layer").Gzip()], Here, config);
        string name = _registry.Add("team/app:v1", image);

        (string digest, ImageConfiguration said) = await GetAsync(name);

        Assert.Equal(image.Digest, digest);
        Assert.Equal(new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["GREETING"] = "a=b" }, said.EnvVars);
        Assert.Equal("by the second layer", await ReadAsync("etc/added"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Fetched));

        // 1000 is taken in this image, so the user that sandboxes have is another one.
        Assert.Contains("user:x:1001:1001::/home/user:/bin/bash\n", await ReadAsync("etc/passwd"), StringComparison.Ordinal);
        Assert.Contains("node:x:1000:1000:", await ReadAsync("etc/passwd"), StringComparison.Ordinal);
        Assert.Contains("sudo:x:27:user\n", await ReadAsync("etc/group"), StringComparison.Ordinal);
        Assert.Equal("1001:1001 755", await StatAsync("%u:%g %a", "home/user"));
        Assert.Equal("0:42 640", await StatAsync("%u:%g %a", "etc/shadow"));
        Assert.Equal("1777", await StatAsync("%a", "tmp"));
        Assert.Contains(_log, line => line.Contains(image.Digest, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("BAD\0NAME=x", "its environment variable BADNAME: it cannot be an environment variable")]
    [InlineData("BAD=x\0y", "its environment variable BAD: it cannot be an environment variable")]
    [InlineData("LONG=", "its environment variable LONG: it is too long, or all of them are")]
    public async Task Variables_that_no_process_can_have_are_refused(string variable, string said)
    {
        var config = new JsonObject { ["Env"] = new JsonArray("FINE=1", variable + (variable == "LONG=" ? new string('x', 200_000) : null)) };
        string name = _registry.Add("variables:1", new TestImage([await MinimalRoot.LayerAsync()], Here, config));

        Assert.Contains(said, await FailAsync(name), StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Fact]
    public async Task Of_several_architectures_this_machines_is_taken()
    {
        var ours = new TestImage([await MinimalRoot.LayerAsync()], Here);
        string name = _registry.Add("multi:v1", (new TestImage([new LayerBuilder().File("x").Gzip()], Elsewhere), Elsewhere), (ours, Here));
        await GetAsync(name);

        Assert.True(File.Exists(Path.Combine(Target, "usr/bin/bash")));
    }

    [Fact]
    public async Task Other_architectures_are_refused_by_name()
    {
        byte[] layer = new LayerBuilder().File("x").Gzip();
        string list = _registry.Add("other:list", (new TestImage([layer], Elsewhere), Elsewhere), (new TestImage([layer], "riscv64"), "riscv64"));
        string single = _registry.Add("other:single", new TestImage([layer], Elsewhere));

        string said = await FailAsync(list);
        Assert.Contains($"'{list}' is for {Elsewhere}, riscv64 and not for this machine's {Here}", said, StringComparison.Ordinal);
        Assert.Equal(0, _registry.Given("blobs"));
        said = await FailAsync(single);
        Assert.Contains($"'{single}' is for {Elsewhere} and not for this machine's {Here}", said, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Fact]
    public async Task Images_without_glibc_or_bash_are_refused_by_name()
    {
        byte[] release = new LayerBuilder().File("etc/os-release", "PRETTY_NAME=\"Alpine Linux v3.20\"\n").File("lib/ld-musl-x86_64.so.1").File("bin/sh").Gzip();
        string musl = _registry.Add("alpine:3.20", new TestImage([release], Here));
        string scratch = _registry.Add("scratch:1", new TestImage([new LayerBuilder().File("program").Gzip()], Here));
        string bare = _registry.Add("bare:1", new TestImage([await MinimalRoot.LayerAsync(), new LayerBuilder().File("usr/bin/.wh.bash").Gzip()], Here));

        string said = await FailAsync(musl);
        Assert.Contains($"'{musl}' (Alpine Linux v3.20) cannot be used: its C library is musl, not glibc", said, StringComparison.Ordinal);
        Assert.Contains("-slim", said, StringComparison.Ordinal);
        Assert.Contains("no C library", await FailAsync(scratch), StringComparison.Ordinal);
        Assert.Contains("no /bin/bash", await FailAsync(bare), StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Fact]
    public async Task Layers_of_zstd_and_without_compression_are_read()
    {
        byte[] packed = await ZstdAsync(new LayerBuilder().File("etc/zstd", "unpacked").Tar());
        byte[] plain = new LayerBuilder().File("etc/plain", "as it is").Tar();
        string name = _registry.Add("kinds:1", new TestImage([await MinimalRoot.LayerAsync(), packed, plain], Here, layerType: "application/vnd.oci.image.layer.v1.tar"));
        await GetAsync(name);

        Assert.Equal("unpacked", await ReadAsync("etc/zstd"));
        Assert.Equal("as it is", await ReadAsync("etc/plain"));
    }

    [Theory]
    [InlineData("basic")]
    [InlineData("gcp")]
    public async Task Credentials_open_the_registry_and_are_nowhere_to_be_seen(string kind)
    {
        RegistryCredentials credentials = kind == "basic" ? new BasicCredentials("me", Secret) : new GcpCredentials($$"""{"private_key":"{{Secret}}"}""");
        string who = kind == "basic" ? "me:" + Secret : $$"""_json_key:{"private_key":"{{Secret}}"}""";
        string encoded = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(who));
        var seen = new List<string>();
        string name = _registry.Add("private:1", new TestImage([await MinimalRoot.LayerAsync()], Here));
        _registry.SignIn = who;
        int commands = 0;
        _registry.OnBlob = _ =>
        {
            // While the program runs: command lines and variables of all processes, and all files that it has.
            foreach (string process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out int pid) && pid != Environment.ProcessId))
            {
                string line = ReadProcess(process, "cmdline");
                commands += line.Contains("/private@sha256:", StringComparison.Ordinal) ? 1 : 0;
                if ((line + ReadProcess(process, "environ")) is var text && (text.Contains(Secret, StringComparison.Ordinal) || text.Contains(encoded, StringComparison.Ordinal)))
                {
                    seen.Add(process);
                }
            }

            seen.AddRange(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length < 10_000 && File.ReadAllText(file) is var text
                && (text.Contains(Secret, StringComparison.Ordinal) || text.Contains(encoded, StringComparison.Ordinal))));
            return Task.FromResult(false);
        };

        string refused = await FailAsync(name);
        Assert.Contains("credentials for the registry are needed", refused, StringComparison.Ordinal);
        refused = await FailAsync(name, new BasicCredentials("me", "wrong-password"));
        Assert.Contains("does not accept the credentials", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password", refused, StringComparison.Ordinal);

        await GetAsync(name, credentials);

        Assert.Empty(seen);
        Assert.True(commands > 0, "the program was not seen at work");
        Assert.DoesNotContain(_log, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, new ImageRequest(name, credentials).ToString() + credentials, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Giving_up_ends_the_program_and_leaves_nothing()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _registry.OnBlob = async context =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        string name = _registry.Add("slow:1", new TestImage([await MinimalRoot.LayerAsync()], Here));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task getting = GetAsync(name, cancellationToken: cancel.Token);
        await asked.Task.WaitAsync(_long, Token);
        Assert.NotEmpty(Processes("/slow@sha256:"));

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => getting.WaitAsync(_long, Token));

        Assert.Empty(Processes("/slow@sha256:"));
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_registry_that_takes_too_long_is_given_up()
    {
        _registry.OnBlob = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        string name = _registry.Add("never:1", new TestImage([await MinimalRoot.LayerAsync()], Here));

        string said = await FailAsync(name, limits: new ImageLimits { FetchTime = TimeSpan.FromSeconds(6) });

        Assert.Contains("took more than 0.1 minutes", said, StringComparison.Ordinal);
        Assert.Empty(Processes("/never@sha256:"));
        AssertNothingLeft();
    }

    [Fact]
    public async Task Images_that_are_too_large_are_refused_whatever_their_manifest_says()
    {
        string honest = _registry.Add("honest:1", new TestImage([await MinimalRoot.LayerAsync()], Here));
        var limits = new ImageLimits { PackedBytes = 100_000 };
        Assert.Contains("larger than", await FailAsync(honest, limits: limits), StringComparison.Ordinal);
        Assert.Equal(0, _registry.Given("blobs"));

        // Its manifest says some bytes, and the registry goes on and on.
        long sent = 0;
        _registry.OnBlob = async context =>
        {
            byte[] block = new byte[64 * 1024];
            try
            {
                while (sent < 1L << 30)
                {
                    await context.Response.Body.WriteAsync(block, context.RequestAborted);
                    sent += block.Length;
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // It had enough.
            }

            return true;
        };
        string lying = _registry.Add("lying:1", new TestImage([new LayerBuilder().File("x").Gzip()], Here));
        await FailAsync(lying, limits: new ImageLimits { PackedBytes = 4 << 20 });

        Assert.True(sent < 1L << 30, "all of it was fetched");
        AssertNothingLeft();
    }

    [Fact]
    public async Task What_is_not_there_is_said_to_be_so()
    {
        string missing = await FailAsync(_registry.Name + "/nothing:here");
        Assert.Contains("/nothing:here' cannot be used", missing, StringComparison.Ordinal);
        Assert.Contains("no such image or tag", missing, StringComparison.Ordinal);

        string unreachable = await FailAsync("127.0.0.1:1/nobody:here");
        Assert.Contains("connection refused", unreachable, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<(string Digest, ImageConfiguration Configuration)> GetAsync(
        string name, RegistryCredentials? credentials = null, ImageLimits? limits = null, CancellationToken? cancellationToken = null)
    {
        var source = new SkopeoImageSource(Fetched, limits ?? new ImageLimits { FreeBytes = 0 }, new RegistrySignIn(TimeProvider.System));
        var request = new ImageRequest(name, credentials);
        string digest = await source.ResolveAsync(request, cancellationToken ?? Token);
        return (digest, await source.UnpackAsync(request, digest, Target, _log.Add, cancellationToken ?? Token));
    }

    private async Task<string> FailAsync(string name, RegistryCredentials? credentials = null, ImageLimits? limits = null) =>
        (await Assert.ThrowsAsync<ImageException>(() => GetAsync(name, credentials, limits))).Message;

    private void AssertNothingLeft()
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(Fetched));
        Assert.False(Directory.Exists(Target));
    }

    private Task<string> ReadAsync(string path) => File.ReadAllTextAsync(Path.Combine(Target, path), Token);

    private async Task<string> StatAsync(string format, string path) =>
        (await Shell.RunAsync("stat", "--printf", format, Path.Combine(Target, path))).Succeeded().Output;

    private static List<string> Processes(string part) =>
        [.. Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)).Select(path => ReadProcess(path, "cmdline")).Where(line => line.Contains(part, StringComparison.Ordinal))];

    private static string ReadProcess(string process, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty; // ended meanwhile
        }
    }

    private static async Task<byte[]> ZstdAsync(byte[] content)
    {
        using Process process = Process.Start(new ProcessStartInfo("zstd", ["-q", "-c"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Task writing = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(content);
            process.StandardInput.Close();
        });
        var packed = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(packed, Token);
        await writing;
        await process.WaitForExitAsync(Token);
        return packed.ToArray();
    }
}
