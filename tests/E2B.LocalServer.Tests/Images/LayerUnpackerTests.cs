using System.Formats.Tar;
using System.Text;
using E2B.LocalServer.Runtime;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Images;

/// <summary>Layers on one another, as a builder of images means them.</summary>
public sealed class LayerUnpackerTests
{
    [Fact]
    public async Task Files_have_content_owner_mode_and_time()
    {
        using var unpacked = new Unpacked();
        var time = new DateTimeOffset(2020, 2, 3, 4, 5, 6, TimeSpan.Zero);
        string longName = string.Concat(Enumerable.Repeat("a-long-folder-name/", 20)) + "file";
        await unpacked.ApplyAsync(new LayerBuilder()
            .Directory("./opt/", 0b111_000_000, 7, 8)
            .File("opt/file", "content", 0b110_100_000, 1000, 1001)
            .File("deep/er/file", "no folders named")
            .File(longName, "long")
            .File("größe", "a name beyond ASCII")
            .Link("link", "/opt/file")
            .HardLink("same", "opt/file")
            .Entry(new PaxTarEntry(TarEntryType.RegularFile, "old") { ModificationTime = time, Uid = 3, DataStream = new MemoryStream(new byte[100_000]) }));

        Assert.Equal("content", unpacked.Read("opt/file"));
        Assert.Equal("no folders named", unpacked.Read("deep/er/file"));
        Assert.Equal("long", unpacked.Read(longName));
        Assert.Equal("a name beyond ASCII", unpacked.Read("größe"));
        Assert.Equal("/opt/file", new FileInfo(unpacked.In("link")).LinkTarget);
        Assert.Equal(time.UtcDateTime, File.GetLastWriteTimeUtc(unpacked.In("old")));
        Assert.Equal("7:8 700|1000:1001 640 2|0:0 755|3 100000|0:0 ", await StatAsync(
            unpacked, ("%u:%g %a", "opt"), ("%u:%g %a %h", "same"), ("%u:%g %a", "deep"), ("%u %s", "old"), ("%u:%g ", "link")));
    }

    [Fact]
    public async Task A_later_layer_replaces_and_deletes()
    {
        using var unpacked = new Unpacked();
        await unpacked.ApplyAsync(new LayerBuilder()
            .File("kept", "1").File("changed", "1").File("gone", "1").File("becomes-folder", "1")
            .File("folder/a", "1").File("folder/sub/b", "1").File("opaque/old", "1").File("opaque/sub/old", "1")
            .File("becomes-file/x", "1").Link("was-link", "kept"));
        await unpacked.ApplyAsync(new LayerBuilder()
            .File("changed", "2").File(".wh.gone").Directory("becomes-folder").File("becomes-folder/inside", "2").File("folder/.wh.sub")
            .File("opaque/new", "2").File("opaque/sub/new", "2").File("opaque/.wh..wh..opq")
            .File("becomes-file", "2").File("was-link", "2"));

        Assert.Equal(
            ["becomes-file", "becomes-folder/", "becomes-folder/inside", "changed", "folder/", "folder/a", "kept", "opaque/", "opaque/new", "opaque/sub/", "opaque/sub/new", "was-link"],
            unpacked.Names());
        Assert.Equal("1", unpacked.Read("kept"));
        Assert.Equal("2", unpacked.Read("changed"));
        Assert.Equal("2", unpacked.Read("was-link"));
    }

    [Fact]
    public async Task Deletions_are_not_for_what_their_own_layer_brings()
    {
        using var unpacked = new Unpacked();
        await unpacked.ApplyAsync(new LayerBuilder().File("folder/old", "1"));
        await unpacked.ApplyAsync(new LayerBuilder().File("folder/new", "2").File(".wh.folder"));

        Assert.Equal(["folder/", "folder/new"], unpacked.Names());
    }

    [Fact]
    public async Task Folders_that_are_links_are_written_through()
    {
        using var unpacked = new Unpacked();
        await unpacked.ApplyAsync(new LayerBuilder().Directory("usr/lib").Link("lib", "usr/lib").Link("absolute", "/usr/lib"));
        await unpacked.ApplyAsync(new LayerBuilder().File("lib/one", "1").File("absolute/two", "2"));

        Assert.Equal("usr/lib", new FileInfo(unpacked.In("lib")).LinkTarget);
        Assert.Equal("1", unpacked.Read("usr/lib/one"));
        Assert.Equal("2", unpacked.Read("usr/lib/two"));
    }

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Pax)]
    public async Task Every_format_is_read(TarEntryFormat format)
    {
        using var unpacked = new Unpacked();
        var archive = new MemoryStream();
        string folder = format == TarEntryFormat.V7 ? "folder" : new string('f', 90);
        string name = format switch
        {
            TarEntryFormat.V7 => "folder/file",
            TarEntryFormat.Ustar => $"{folder}/{new string('n', 90)}",
            _ => $"{folder}/{new string('n', 200)}",
        };
        using (var writer = new TarWriter(archive, format, leaveOpen: true))
        {
            TarEntry file = format switch
            {
                TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
                TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
                TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                _ => new PaxTarEntry(TarEntryType.RegularFile, name),
            };
            file.DataStream = new MemoryStream("content"u8.ToArray());
            writer.WriteEntry(file);
        }

        await unpacked.ApplyAsync(archive.ToArray());

        Assert.Equal("content", unpacked.Read(name));
    }

    [Fact]
    public async Task What_GNU_tar_packs_is_unpacked_the_same()
    {
        using var unpacked = new Unpacked();
        string source = TestRuntime.NewFolder();
        string archive = source + ".tar";
        try
        {
            // A name that is no text, an owner beyond octal, a hole, a hard link: all of GNU's own ways.
            (await Shell.RunAsync("/bin/bash", "-ec", $$"""
                mkdir -p {{source}}/d; cd {{source}}
                echo text > d/file; ln d/file d/again; ln -s ../nowhere d/link; printf x > $'d/\xff\xfe'
                head -c 300000 /dev/urandom > d/random; chown 2:3 d/file; chmod 751 d; touch -d @1000000000 d/file
                tar --format=gnu -cf {{archive}} .
                """)).Succeeded();
            await unpacked.ApplyAsync(await File.ReadAllBytesAsync(archive, TestContext.Current.CancellationToken));

            (await Shell.RunAsync("/usr/bin/diff", "-r", "--no-dereference", source, unpacked.Folder)).Succeeded();
            Assert.Equal("2:3 2 1000000000|751", await StatAsync(unpacked, ("%u:%g %h %Y", "d/again"), ("%a", "d")));
        }
        finally
        {
            File.Delete(archive);
            Folders.Delete(source);
        }
    }

    [Fact]
    public async Task A_cut_archive_and_bytes_that_are_none_are_refused()
    {
        byte[] whole = new LayerBuilder().File("file", new byte[3000]).Tar();
        using var unpacked = new Unpacked();

        await Assert.ThrowsAsync<InvalidDataException>(() => unpacked.ApplyAsync(whole[..2048]));
        await Assert.ThrowsAsync<InvalidDataException>(() => unpacked.ApplyAsync(whole[..1000]));
        await Assert.ThrowsAsync<InvalidDataException>(() => unpacked.ApplyAsync(Encoding.ASCII.GetBytes(new string('x', 1024))));
    }

    private static async Task<string> StatAsync(Unpacked unpacked, params (string Format, string Path)[] entries)
    {
        var said = new List<string>();
        foreach ((string format, string path) in entries)
        {
            said.Add((await Shell.RunAsync("stat", "--printf", format, unpacked.In(path))).Succeeded().Output);
        }

        return string.Join('|', said);
    }
}
