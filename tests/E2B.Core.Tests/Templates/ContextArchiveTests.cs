using System.Diagnostics;
using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using E2B.Templates.Context;
using E2B.Templates.Context.Archives;

namespace E2B.Core.Tests.Templates;

public sealed class ContextArchiveTests : IDisposable
{
    private const int SetUid = 0b100_111_101_101;

    private readonly ContextFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tar_unpacks_what_was_packed(bool isCompressed)
    {
        Fill(_folder);
        using var unpacked = new ContextFolder();
        await using ContextArchive archive = await ContextArchive.CreateAsync(new TemplateContext(_folder.Path).Select(".", false), isCompressed, Token);
        await SaveAsync(archive, unpacked.At("archive"));

        Run("tar", isCompressed ? "-xzf" : "-xf", unpacked.At("archive"), "-C", unpacked.Folder("to").At("to"));

        string[] list = ["find", ".", "-printf", "%P|%y|%m|%l|%U|%G|%T@\\0"];
        string[] found = [.. Listing(unpacked.At("to"), list)];
        string[] original = [.. Listing(_folder.Path, list)];
        Assert.Equal(original.Select(static line => Fields(line)[..4]), found.Select(static line => Fields(line)[..4]));
        Assert.Equal("0", Run("diff", "-r", "--no-dereference", _folder.Path, unpacked.At("to")));

        // As root, tar gives files to whom the archive says; the time is that of npm's packages, in 1985.
        Assert.All(found.Where(static line => !line.StartsWith('|')), static line => Assert.Equal(["0", "0", "499162500.0000000000"], Fields(line)[4..]));
    }

    [Fact]
    public async Task The_same_content_makes_the_same_bytes()
    {
        using var other = new ContextFolder();
        Fill(_folder);
        Fill(other, backwards: true);
        foreach (string file in Directory.EnumerateFiles(other.Path, "*", SearchOption.AllDirectories).Where(static file => new FileInfo(file).LinkTarget is null))
        {
            File.SetLastWriteTimeUtc(file, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        }

        Run("chown", "-hR", "12345:54321", other.Path);

        // Another owner ends that of a program which runs as its owner.
        other.Mode("run", SetUid);

        Assert.Equal(await DigestAsync(_folder), await DigestAsync(other));
    }

    [Fact]
    public async Task The_compressed_archive_says_nothing_of_the_system()
    {
        _folder.Files("a");
        await using ContextArchive archive = await ContextArchive.CreateAsync(new TemplateContext(_folder.Path).Select("a", false), true, Token);

        byte[] header = new byte[10];
        await archive.OpenRead().ReadExactlyAsync(header, Token);

        // RFC 1952: deflate, no name or comment, no time, no level, system unknown.
        Assert.Equal([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255], header);
    }

    [Fact]
    public async Task It_can_be_read_again_and_says_its_length()
    {
        _folder.File("a", new string('x', 300_000));
        await using ContextArchive archive = await ContextArchive.CreateAsync(new TemplateContext(_folder.Path).Select("a", false), false, Token);

        byte[] first = await BytesAsync(archive);
        byte[] second = await BytesAsync(archive);

        // A header, the content and its padding, two blocks of zeros.
        Assert.Equal(512 + 300_032 + 1024, archive.Length);
        Assert.Equal(archive.Length, first.Length);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task What_is_seen_through_a_link_that_is_packed_is_not_packed_too()
    {
        _folder.Files("src/real/x").Link("src/link", "real");
        await using ContextArchive archive = await ContextArchive.CreateAsync(new TemplateContext(_folder.Path).Select("src", false), false, Token);

        Assert.Equal(["src/", "src/link", "src/real/", "src/real/x"], await NamesAsync(archive));
        await using ContextArchive through = await ContextArchive.CreateAsync(new TemplateContext(_folder.Path).Select("src/link/*", false), false, Token);
        Assert.Equal(["src/link/x"], await NamesAsync(through));
    }

    [Fact]
    public void Sizes_beyond_eight_gigabytes_go_into_a_record()
    {
        byte[] blocks = TarHeader.Of(new ContextEntry("big", ContextKind.File) { Mode = 0x81A4, Size = 9L << 30, SourcePath = "/big" });

        Assert.Equal(3 * 512, blocks.Length);
        Assert.Equal("19 size=9663676416\n", Encoding.ASCII.GetString(blocks, 512, 19));
    }

    [Fact]
    public async Task No_file_stays_whatever_happens()
    {
        _folder.File("a", new string('x', 100_000)).Files("b");
        ContextSelection selection = new TemplateContext(_folder.Path).Select(".", false);
        await using (await ContextArchive.CreateAsync(selection, true, Token))
        {
            // Others may be at it just now: of theirs none lasts either.
            await NoneIsLeftAsync();
        }

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ContextArchive.CreateAsync(selection, true, cancelled.Token));
        _folder.File("b", "changed since");
        var error = await Assert.ThrowsAsync<TransferEntryException>(() => ContextArchive.CreateAsync(selection, true, Token));
        File.Delete(_folder.At("a"));
        await Assert.ThrowsAsync<TransferEntryException>(() => ContextArchive.CreateAsync(selection, true, Token));

        Assert.Equal(TransferEntryError.Changed, error.Error);
        await NoneIsLeftAsync();
    }

    private static async Task NoneIsLeftAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (Directory.EnumerateFiles(Path.GetTempPath(), "e2b-context-*").Any())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private static void Fill(ContextFolder folder, bool backwards = false)
    {
        string[] paths = ["a", "b/c", "b/d e", "日本/🙂", "new\nline", string.Join('/', Enumerable.Repeat(new string('n', 70), 3)), "é" + new string('m', 99), "-x", "@y"];
        folder.Files(backwards ? [.. paths.Reverse()] : paths);
        folder.File("run", "#!/bin/sh", SetUid).File("private", "x", 0b110_000_000).Folder("empty", 0b001_111_111_111).File("nothing", "");
        folder.Link("link", "b/c").Link("broken", "not/there").Link("long", new string('t', 150));
        folder.Mode("b", 0b111_101_000);
    }

    private static async Task<string> DigestAsync(ContextFolder folder)
    {
        await using ContextArchive archive = await ContextArchive.CreateAsync(new TemplateContext(folder.Path).Select(".", false), true, Token);
        return Convert.ToHexString(SHA256.HashData(await BytesAsync(archive)));
    }

    private static async Task<byte[]> BytesAsync(ContextArchive archive)
    {
        using var bytes = new MemoryStream();
        await using Stream content = archive.OpenRead();
        await content.CopyToAsync(bytes, Token);
        return bytes.ToArray();
    }

    private static async Task SaveAsync(ContextArchive archive, string path)
    {
        await using FileStream file = File.Create(path);
        await using Stream content = archive.OpenRead();
        await content.CopyToAsync(file, Token);
    }

    private static async Task<List<string>> NamesAsync(ContextArchive archive)
    {
        var names = new List<string>();
        await using var reader = new TarReader(new MemoryStream(await BytesAsync(archive)));
        while (await reader.GetNextEntryAsync(cancellationToken: Token) is { } entry)
        {
            names.Add(entry.Name);
        }

        return names;
    }

    private static string[] Fields(string line) => line.Split('|');

    private static IEnumerable<string> Listing(string directory, string[] command) =>
        Run(command[0], [directory, .. command[2..]]).Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);

    /// <summary>What a program writes; where it writes nothing, its exit code.</summary>
    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {process.ExitCode} {output}");
        return output.Length > 0 ? output : "0";
    }
}
