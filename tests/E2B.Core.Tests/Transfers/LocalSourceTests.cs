using System.Diagnostics;
using E2B.Transfers;
using E2B.Transfers.Local;

namespace E2B.Core.Tests.Transfers;

public sealed class LocalSourceTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("e2b-local-").FullName;
    private readonly TransferReport _report = new(new TransferMeter(null));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_tree_is_listed_with_directories_before_what_they_hold()
    {
        Write("b/c", "x");
        Write("a", "xy");
        Directory.CreateDirectory(At("empty"));
        File.CreateSymbolicLink(At("link"), "b/c");

        IReadOnlyList<TransferEntry> found = await ListAsync(Whole);

        Assert.Equal(["", "a", "b", "b/c", "empty", "link"], found.Select(static entry => entry.Path));
        Assert.Equal(
            [EntryKind.Directory, EntryKind.File, EntryKind.Directory, EntryKind.File, EntryKind.Directory, EntryKind.Link],
            found.Select(static entry => entry.Kind));
        Assert.Equal("b/c", found[^1].LinkTarget);
        Assert.Equal(2, found[1].Size);
    }

    [Fact]
    public async Task Links_to_directories_are_links()
    {
        Write("real/file", "x");
        Directory.CreateSymbolicLink(At("loop"), ".");

        IReadOnlyList<TransferEntry> found = await ListAsync(Whole);

        Assert.Equal(["", "loop", "real", "real/file"], found.Select(static entry => entry.Path));
        Assert.Equal(EntryKind.Link, found[1].Kind);
    }

    [Fact]
    public async Task Special_files_are_skipped_with_an_error_and_never_opened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes and devices of Linux.");
        Run("mkfifo", At("pipe"));
        Write("file", "");
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(At("socket")));

        IReadOnlyList<TransferEntry> found = await ListAsync(Whole, new LocalRoot("/dev/null", "null"));

        Assert.Equal(["", "file"], found.Select(static entry => entry.Path));
        Assert.Equal(["null", "pipe", "socket"], _report.Failures.Select(static failure => failure.Path).Order(StringComparer.Ordinal));
        Assert.All(_report.Failures, static failure => Assert.Equal(TransferEntryError.Special, ((TransferEntryException)failure.Exception).Error));
    }

    [Theory]
    [InlineData(10, 5)]
    [InlineData(10, 15)]
    [InlineData(2_000_000, 1_999_999)]
    [InlineData(2_000_000, 2_000_001)]
    public async Task A_file_whose_size_changes_is_an_error_and_no_other(int listed, int now)
    {
        Write("other", "fine");
        File.WriteAllBytes(At("file"), new byte[listed]);
        LocalSource source = Source(Whole);
        IReadOnlyList<TransferEntry> entries = await source.ListAsync(_report, Token);
        using (FileStream file = File.OpenWrite(At("file")))
        {
            file.SetLength(now);
        }

        List<string> read = await ReadAsync(source, entries);

        Assert.Equal(["other"], read);
        AssertChanged();
    }

    [Fact]
    public async Task A_file_that_is_written_to_is_an_error()
    {
        File.WriteAllBytes(At("small"), new byte[10]);
        File.WriteAllBytes(At("large"), new byte[2_000_000]);
        LocalSource source = Source(Whole);
        IReadOnlyList<TransferEntry> entries = await source.ListAsync(_report, Token);
        File.SetLastWriteTimeUtc(At("small"), DateTime.UtcNow.AddMinutes(1));
        File.SetLastWriteTimeUtc(At("large"), DateTime.UtcNow.AddMinutes(1));

        Assert.Empty(await ReadAsync(source, entries));
        Assert.Equal(2, _report.Failures.Count);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_an_error_and_no_other()
    {
        Write("gone", "x");
        Write("other", "fine");
        LocalSource source = Source(Whole);
        IReadOnlyList<TransferEntry> entries = await source.ListAsync(_report, Token);
        File.Delete(At("gone"));

        Assert.Equal(["other"], await ReadAsync(source, entries));
        Assert.Equal(TransferEntryError.Failed, ((TransferEntryException)Assert.Single(_report.Failures).Exception).Error);
    }

    [Fact]
    public async Task What_is_chosen_is_listed_and_nothing_else()
    {
        Write("d/a", "x");
        Write("d/b", "x");

        IReadOnlyList<TransferEntry> found = await ListAsync(
            new LocalRoot(At("d"), "d", Alone: true), new LocalRoot(At("d/b"), "d/b"), new LocalRoot(At("gone"), "gone"));

        Assert.Equal(["d", "d/b"], found.Select(static entry => entry.Path));
        Assert.Equal("gone", Assert.Single(_report.Failures).Path);
    }

    [Fact]
    public async Task Directories_without_anything_wanted_are_left_out_where_only_some_is()
    {
        Write("d/a.txt", "x");
        Write("e/f/b.log", "x");

        IReadOnlyList<TransferEntry> found = await new LocalSource([Whole], new TransferFilter(["*.txt"], null), recurse: true).ListAsync(_report, Token);

        Assert.Equal(["", "d", "d/a.txt"], found.Select(static entry => entry.Path));
    }

    private LocalRoot Whole => new(_directory, string.Empty);

    private static LocalSource Source(params LocalRoot[] roots) => new(roots, new TransferFilter(null, null), recurse: true);

    private static void Run(string program, string argument)
    {
        using Process process = Process.Start(program, [argument]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private Task<IReadOnlyList<TransferEntry>> ListAsync(params LocalRoot[] roots) => Source(roots).ListAsync(_report, Token);

    /// <summary>Reads all files as a copy does, and returns the paths of those that came through.</summary>
    private async Task<List<string>> ReadAsync(LocalSource source, IReadOnlyList<TransferEntry> entries)
    {
        TransferPlan plan = TransferPlan.Of(entries, _report);
        var read = new List<string>();
        foreach (IReadOnlyList<TransferEntry> part in plan.Parts)
        {
            await foreach (BulkItem item in source.ReadBulkAsync(part, _report, Token))
            {
                read.Add(item.Entry.Path);
            }
        }

        foreach (TransferEntry entry in plan.Large)
        {
            try
            {
                await using Stream content = await source.OpenAsync(entry, 0, Token);
                await content.CopyToAsync(Stream.Null, Token);
                read.Add(entry.Path);
            }
            catch (TransferEntryException e)
            {
                _report.Fail(entry.Path, e);
            }
        }

        return read;
    }

    private void AssertChanged() =>
        Assert.Equal(TransferEntryError.Changed, ((TransferEntryException)Assert.Single(_report.Failures).Exception).Error);

    private string At(string path) => Path.Combine(_directory, path);

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), content);
    }
}
