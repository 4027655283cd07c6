using System.Formats.Tar;
using System.Text;
using E2B.LocalServer.Agent.Native;
using E2B.LocalServer.Images;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Images;

/// <summary>Layers that are made to do harm: to the machine's files, or by what they leave in the image.</summary>
public sealed class HostileLayerTests
{
    [Theory]
    [InlineData("../outside")]
    [InlineData("a/../../outside")]
    [InlineData("/../outside")]
    public async Task Names_that_lead_out_are_refused(string name)
    {
        using var unpacked = new Unpacked();
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => unpacked.ApplyAsync(new LayerBuilder().File(name, "evil")));

        Assert.Contains("leads out", error.Message, StringComparison.Ordinal);
        unpacked.AssertOutsideUntouched();
    }

    [Fact]
    public async Task Absolute_names_stay_inside()
    {
        using var unpacked = new Unpacked();
        await unpacked.ApplyAsync(new LayerBuilder().File("/etc/e2b-image-test", "inside"));

        Assert.Equal("inside", unpacked.Read("etc/e2b-image-test"));
        Assert.False(File.Exists("/etc/e2b-image-test"));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../..")]
    [InlineData("{above}")]
    public async Task Nothing_is_written_or_deleted_through_links(string target)
    {
        using var unpacked = new Unpacked();
        string above = Path.GetDirectoryName(unpacked.Folder)!;
        string link = target.Replace("{above}", above, StringComparison.Ordinal);
        foreach (LayerBuilder layer in (LayerBuilder[])
            [
                new LayerBuilder().Link("out", link),
                new LayerBuilder().File("out/written", "evil"),
                new LayerBuilder().File("out/outside", "evil"),
                new LayerBuilder().File("out/.wh.outside"),
                new LayerBuilder().File("out/.wh..wh..opq"),
                new LayerBuilder().Directory("out/made"),
                new LayerBuilder().HardLink("stolen", "out/outside"),
                new LayerBuilder().Link("outside", unpacked.Outside).File("outside", "evil"),
                new LayerBuilder().Link("wrapped", link).HardLink("wrapped/outside", "outside"),
            ])
        {
            // What cannot be made is refused; what can be is in the image.
            await Record.ExceptionAsync(() => unpacked.ApplyAsync(layer));
        }

        unpacked.AssertOutsideUntouched();
        Assert.Equal("1", (await Shell.RunAsync("stat", "--printf", "%h", unpacked.Outside)).Output);
    }

    [Fact]
    public async Task Hard_links_reach_no_file_of_the_machine()
    {
        using var unpacked = new Unpacked();
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => unpacked.ApplyAsync(new LayerBuilder().HardLink("shadow", "/etc/shadow")));

        Assert.Contains("shadow", error.Message, StringComparison.Ordinal);
        Assert.Empty(unpacked.Names());
    }

    [Fact]
    public async Task Devices_and_pipes_are_left_out()
    {
        using var unpacked = new Unpacked();
        await unpacked.ApplyAsync(new LayerBuilder().Device("dev/sda").Pipe("pipe").Entry(new PaxTarEntry(TarEntryType.CharacterDevice, "whiteout")).File("file"));

        Assert.Equal(["file"], unpacked.Names());
        Assert.Equal(3, unpacked.LeftOut);
    }

    [Fact]
    public async Task Set_user_id_bits_and_attributes_are_dropped_and_strange_owners_are_nobody()
    {
        using var unpacked = new Unpacked();
        var attributes = new Dictionary<string, string>
        {
            ["SCHILY.xattr.trusted.overlay.opaque"] = "y",
            ["SCHILY.xattr.security.capability"] = "x",
            ["SCHILY.xattr.user.own"] = "1",
        };
        await unpacked.ApplyAsync(new LayerBuilder()
            .File("su", "x", 0b110_111_101_101).File("sg", "x", 0b010_111_101_101)
            .Directory("shared", 0b011_111_111_111)
            .File("hostroot", "x", user: 65_536, group: 65_536).File("large", "x", user: 2_000_000, group: 65_535)
            .Entry(new PaxTarEntry(TarEntryType.Directory, "marked", attributes)));

        ShellResult seen = await Shell.RunAsync("/bin/bash", "-c", $"cd {unpacked.Folder}; stat --printf '%n %a %u:%g\\n' su sg shared hostroot large; getfattr -dm- marked 2>/dev/null");
        Assert.Equal("su 755 0:0\nsg 755 0:0\nshared 3777 0:0\nhostroot 644 65534:65534\nlarge 644 65534:65535\n", seen.Output);
        Assert.Equal(0, AttributesOf(unpacked.In("marked")));
    }

    [Fact]
    public async Task The_place_of_the_agent_is_not_the_images()
    {
        using var unpacked = new Unpacked();
        await unpacked.ApplyAsync(new LayerBuilder().Link(".e2b", "/etc").File(".e2b/server/E2B.LocalServer.dll", "evil").Link("by-link", ".e2b").Directory("usr/bin"));
        new ImageFurnishing(unpacked.Root).Run(TestContext.Current.CancellationToken);

        Assert.Null(new DirectoryInfo(unpacked.In(".e2b")).LinkTarget);
        Assert.Equal(["dotnet", "libs", "server"], Directory.EnumerateFileSystemEntries(unpacked.In(".e2b")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(unpacked.In(".e2b/server")));
    }

    [Fact]
    public async Task What_is_put_into_an_image_follows_no_link_out_of_it()
    {
        using var unpacked = new Unpacked();
        await unpacked.ApplyAsync(new LayerBuilder()
            .Link("etc/passwd", unpacked.Outside).Link("etc/resolv.conf", unpacked.Outside).Link("etc/hosts", "../../outside")
            .Link("home", Path.GetDirectoryName(unpacked.Folder)!).Link("tmp", "..").Link("root", "..").Link("usr/local", "../.."));
        new ImageFurnishing(unpacked.Root).Run(TestContext.Current.CancellationToken);

        unpacked.AssertOutsideUntouched();
        Assert.Contains("user:x:1000:1000::/home/user:/bin/bash\n", unpacked.Read("etc/passwd"), StringComparison.Ordinal);
        Assert.True(Directory.Exists(unpacked.In("home/user")));
    }

    [Fact]
    public async Task Images_that_unpack_to_too_much_are_stopped()
    {
        var limits = new ImageLimits { FreeBytes = 0, UnpackedBytes = 1 << 20, Entries = 20 };
        using var large = new Unpacked(limits);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => large.ApplyAsync(new LayerBuilder().File("zeros", new byte[2 << 20])));
        Assert.Contains("larger than 1 MiB", error.Message, StringComparison.Ordinal);

        using var many = new Unpacked(limits);
        var layer = new LayerBuilder();
        for (int i = 0; i < 21; i++)
        {
            layer.Directory($"folder{i}");
        }

        error = await Assert.ThrowsAsync<InvalidDataException>(() => many.ApplyAsync(layer));
        Assert.Contains("more than 20 files", error.Message, StringComparison.Ordinal);

        using var full = new Unpacked(new ImageLimits { FreeBytes = long.MaxValue });
        error = await Assert.ThrowsAsync<InvalidDataException>(() => full.ApplyAsync(new LayerBuilder().File("x", "x")));
        Assert.Contains("too full", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".e2b/server/file")]
    [InlineData(".wh.file")]
    public async Task What_is_left_out_counts_too(string name)
    {
        using var unpacked = new Unpacked(new ImageLimits { FreeBytes = 0, UnpackedBytes = 1 << 20 });

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => unpacked.ApplyAsync(new LayerBuilder().File(name, new byte[2 << 20])));

        Assert.Contains("larger than 1 MiB", error.Message, StringComparison.Ordinal);
        Assert.Empty(unpacked.Names());
    }

    [Fact]
    public async Task Headers_without_an_entry_have_an_end()
    {
        var layer = new LayerBuilder();
        for (int i = 0; i < 20; i++)
        {
            layer.Entry(new PaxGlobalExtendedAttributesTarEntry([new("comment", "x")]));
        }

        using var unpacked = new Unpacked();
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => unpacked.ApplyAsync(layer));

        Assert.Contains("too many headers", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('x')]
    [InlineData('L')]
    [InlineData('g')]
    public async Task A_header_that_wants_much_memory_is_refused(char type)
    {
        // A header that says that a gibibyte of name follows.
        byte[] header = new LayerBuilder().File("file").Tar()[^1536..^1024];
        header[156] = (byte)type;
        "10000000000\0"u8.CopyTo(header.AsSpan(124));
        "        "u8.CopyTo(header.AsSpan(148));
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        using var unpacked = new Unpacked();

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => unpacked.ApplyAsync([.. header, .. new byte[4096]]));

        Assert.Contains("more than 1 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sparse_files_are_refused_and_not_misread()
    {
        string archive = TestRuntime.NewFolder() + ".tar";
        try
        {
            foreach (string format in (string[])["gnu", "posix"])
            {
                (await Shell.RunAsync("/bin/bash", "-ec", $"cd $(mktemp -d); truncate -s 4M hole; echo x >> hole; tar --sparse --format={format} -cf {archive} hole; rm hole; rmdir $PWD")).Succeeded();
                using var unpacked = new Unpacked();
                byte[] bytes = await File.ReadAllBytesAsync(archive, TestContext.Current.CancellationToken);
                var error = await Assert.ThrowsAsync<InvalidDataException>(() => unpacked.ApplyAsync(bytes));
                Assert.Contains("sparse", error.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(archive);
        }
    }

    private static unsafe nint AttributesOf(string path) => Libc.ListAttributes(path, null, 0);
}
