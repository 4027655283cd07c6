using System.Diagnostics;

namespace E2B.EndToEnd.Tests;

/// <summary>Copies between this machine and real sandboxes.</summary>
public sealed class TransferTests(LocalServer server) : IAsyncLifetime
{
    private const long Large = 4L * 1024 * 1024 * 1024;

    private static readonly TransferOptions _recurse = new() { Recurse = true };

    private readonly string _work = Directory.CreateTempSubdirectory("e2b-transfer-").FullName;
    private Sandbox _sandbox = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _sandbox = await server.Client.Sandboxes.CreateAsync(cancellationToken: Token);

    public async ValueTask DisposeAsync()
    {
        await _sandbox.KillAsync(CancellationToken.None);
        foreach (string directory in Directory.GetDirectories(_work, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_000_000);
        }

        Directory.Delete(_work, recursive: true);
    }

    [Theory]
    [InlineData(400, false, true)]
    [InlineData(300, false, false)]
    [InlineData(60, true, false)]
    public async Task Any_tree_comes_back_as_it_was(int entries, bool withLarge, bool withReadOnly)
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        string tree = At("tree");
        Tree.Make(tree, new Random(seed), entries, withLarge, withReadOnly);
        IReadOnlyList<string> made = Tree.Describe(tree);
        Sandbox other = await server.Client.Sandboxes.CreateAsync(cancellationToken: Token);
        try
        {
            TransferResult up = await _sandbox.Files.UploadAsync(tree, "up/tree", _recurse, Token);
            TransferResult across = await _sandbox.Files.TransferAsync("up/tree", other, "/tmp/across", _recurse, Token);
            TransferResult down = await other.Files.DownloadAsync("/tmp/across", At("back"), _recurse, Token);

            Assert.Empty(up.Failures.Concat(across.Failures).Concat(down.Failures).Select(static failure => $"{failure.Path}: {failure.Exception.Message}"));
            AssertSame(made, Tree.Describe(At("back")), seed);

            if (!withReadOnly)
            {
                // Once more, over what is there: the same again, but for the directory itself, which stays as it is.
                up = await _sandbox.Files.UploadAsync(tree, "up/tree", _recurse, Token);
                down = await _sandbox.Files.DownloadAsync("up/tree", At("back"), new TransferOptions { Recurse = true, Force = true, Verify = true }, Token);
                Assert.Empty(up.Failures.Concat(down.Failures).Select(static failure => $"{failure.Path}: {failure.Exception.Message}"));
                AssertSame(WithoutRoot(made), WithoutRoot(Tree.Describe(At("back"))), seed);
            }

            await AssertNoStagingAsync(_sandbox);
            await AssertNoStagingAsync(other);
            Assert.Equal(2, Directory.GetFileSystemEntries(_work).Length);
        }
        finally
        {
            await other.KillAsync(CancellationToken.None);
        }
    }

    [Theory]
    [InlineData("up/tree", "up/tree")]
    [InlineData("~/up/tree", "up/tree")]
    [InlineData("~", "")]
    [InlineData(".", "")]
    [InlineData("./~odd", "~odd")]
    [InlineData("x/../up", "up")]
    public async Task A_destination_is_where_reading_its_path_looks_too(string path, string fromHome)
    {
        Directory.CreateDirectory(At("tree"));
        await File.WriteAllTextAsync(At("tree/file"), "content", Token);
        await _sandbox.Files.MakeDirectoryAsync("/home/user/x", cancellationToken: Token);

        (await _sandbox.Files.UploadAsync(At("tree"), path, _recurse, Token)).EnsureComplete();
        (await _sandbox.Files.SyncAsync(At("tree"), path, cancellationToken: Token)).EnsureComplete();

        Assert.Equal("content", await _sandbox.Files.ReadTextAsync(path + "/file", cancellationToken: Token));
        Assert.Equal("content", await _sandbox.Files.ReadTextAsync($"/home/user/{fromHome}/file", cancellationToken: Token));
        Assert.False(await _sandbox.Files.ExistsAsync("/home/user/~", cancellationToken: Token));
        await AssertNoStagingAsync(_sandbox);
    }

    [Fact]
    public async Task Another_users_home_is_no_destination()
    {
        Directory.CreateDirectory(At("tree"));

        E2BException failure = await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => _sandbox.Files.UploadAsync(At("tree"), "~root/x", _recurse, Token));

        Assert.Contains("./~root/x", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sandbox_without_tar_does_the_same_slower_and_it_is_said()
    {
        Tree.Make(At("tree"), new Random(11), 80, withLarge: false);
        (await _sandbox.Commands.RunAsync("rm \"$(command -v tar)\"", new CommandOptions { User = "root" }, Token)).EnsureSuccess();

        TransferResult up = await _sandbox.Files.UploadAsync(At("tree"), "tree", _recurse, Token);
        TransferResult down = await _sandbox.Files.DownloadAsync("tree", At("back"), _recurse, Token);

        Assert.Empty(up.Failures.Concat(down.Failures).Select(static failure => $"{failure.Path}: {failure.Exception.Message}"));
        Assert.Contains("no tar", Assert.Single(up.Warnings), StringComparison.Ordinal);
        Assert.Contains("no tar", Assert.Single(down.Warnings), StringComparison.Ordinal);
        AssertSame(Tree.Describe(At("tree")), Tree.Describe(At("back")), 11);
        await AssertNoStagingAsync(_sandbox);
    }

    [Fact]
    public async Task A_file_that_is_written_to_in_the_sandbox_is_an_error_and_the_rest_is_copied()
    {
        await _sandbox.Commands.RunAsync("mkdir d; echo x > d/still; head -c 3M /dev/zero > d/large", cancellationToken: Token);
        await using CommandHandle writer = await _sandbox.Commands.StartAsync(
            "while :; do echo more >> d/small; echo more >> d/large; done", new CommandOptions { Timeout = TimeSpan.Zero }, Token);
        while (!await _sandbox.Files.ExistsAsync("d/small", cancellationToken: Token))
        {
        }

        TransferResult result = await _sandbox.Files.DownloadAsync("d", At("d"), _recurse, Token);
        await writer.StopAsync(cancellationToken: Token);

        Assert.Equal(["large", "small"], result.Failures.Select(static failure => failure.Path).Order(StringComparer.Ordinal));
        Assert.All(result.Failures, static failure => Assert.Equal(TransferEntryError.Changed, Assert.IsType<TransferEntryException>(failure.Exception).Error));
        Assert.Equal(["still"], Directory.GetFileSystemEntries(At("d")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Chosen_paths_are_copied_below_a_directory()
    {
        Directory.CreateDirectory(At("root/a/b"));
        await File.WriteAllTextAsync(At("root/a/b/one"), "1", Token);
        await File.WriteAllTextAsync(At("root/a/two"), "2", Token);
        await File.WriteAllTextAsync(At("root/three"), "3", Token);

        TransferResult result = await _sandbox.Files.UploadAsync(At("root"), ["a/b/one", "three", "gone"], "/tmp/chosen", cancellationToken: Token);

        Assert.Equal("gone", Assert.Single(result.Failures).Path);
        Assert.Equal(["a/b/one", "three"], result.Items.Order(StringComparer.Ordinal));
        CommandResult there = await _sandbox.Commands.RunAsync("cd /tmp/chosen && find . -type f | sort", cancellationToken: Token);
        Assert.Equal("./a/b/one\n./three\n", there.StandardOutput);
    }

    [Fact]
    public async Task A_copy_that_is_given_up_leaves_nothing_on_either_side()
    {
        // So large that it is still on its way when progress is told for the first time; holes, so that it costs nothing.
        await using (FileStream file = File.Create(At("large")))
        {
            file.SetLength(Large);
        }

        (await _sandbox.Commands.RunAsync($"truncate -s {Large} there", cancellationToken: Token)).EnsureSuccess();
        foreach (bool up in (bool[])[true, false])
        {
            using var stop = new CancellationTokenSource();
            var options = new TransferOptions { Progress = new Trigger(stop) };
            var watch = new Stopwatch();
            stop.Token.Register(watch.Start);

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => up
                ? _sandbox.Files.UploadAsync(At("large"), "new", options, stop.Token)
                : _sandbox.Files.DownloadAsync("there", At("new"), options, stop.Token));

            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        }

        await AssertNoStagingAsync(_sandbox);
        Assert.False(await _sandbox.Files.ExistsAsync("new", cancellationToken: Token));
        Assert.Equal([At("large")], Directory.GetFileSystemEntries(_work));
    }

    private static List<string> WithoutRoot(IReadOnlyList<string> lines) => [.. lines.Where(static line => !line.StartsWith("/ ", StringComparison.Ordinal))];

    private static void AssertSame(IReadOnlyList<string> expected, IReadOnlyList<string> actual, int seed)
    {
        Assert.True(expected.SequenceEqual(actual), $"With the seed {seed}:\n- {string.Join("\n- ", expected.Except(actual).Take(10))}\n+ {string.Join("\n+ ", actual.Except(expected).Take(10))}");
    }

    private static async Task AssertNoStagingAsync(Sandbox sandbox)
    {
        // A request that was on its way when the copy was given up may make it again, until it is looked for once more.
        string left = "?";
        for (var watch = Stopwatch.StartNew(); left.Length > 0 && watch.Elapsed < TimeSpan.FromSeconds(20);)
        {
            left = (await sandbox.Commands.RunAsync("find /home /tmp -name '.*.e2b-*'", new CommandOptions { User = "root" }, Token)).StandardOutput;
        }

        Assert.Empty(left);
    }

    private string At(string path) => Path.Combine(_work, path);

    /// <summary>Gives up as soon as something has come.</summary>
    private sealed class Trigger(CancellationTokenSource stop) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            if (value.BytesDone is > 0 and < Large)
            {
                stop.Cancel();
            }
        }
    }
}
