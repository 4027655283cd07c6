using System.Diagnostics;
using E2B.Syncing;

namespace E2B.Core.Tests;

/// <summary>The script that removes, run by this machine's shell.</summary>
public sealed class RemoteRemovalTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("e2b-removal-").FullName;

    public RemoteRemovalTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no POSIX shell on Windows.");
        Directory.CreateDirectory(Path.Combine(_root, "in"));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Names_may_be_anything_and_directories_go_with_all_they_hold()
    {
        string[] names = ["./plain", "./sp ace", "./quo'te\"$(x)", "./new\nline", "./-dash", "./d/deep/er"];
        foreach (string name in names)
        {
            Write(name);
        }

        Assert.Equal((0, string.Empty), await RunAsync("whole", [.. names[..5], "./d", "./not-there"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_root, "in")));
    }

    [Fact]
    public async Task What_has_become_a_link_by_now_leads_to_no_other_places_removal()
    {
        Write("../outside/precious");
        Directory.CreateSymbolicLink(Path.Combine(_root, "in", "d"), Path.Combine(_root, "outside"));

        Assert.Equal((0, "./d/precious\n"), await RunAsync("whole", ["./d/precious"]));
        Assert.True(File.Exists(Path.Combine(_root, "outside/precious")));

        // The link itself may go; what it leads to stays.
        Assert.Equal((0, string.Empty), await RunAsync("whole", ["./d"]));
        Assert.True(File.Exists(Path.Combine(_root, "outside/precious")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_root, "in")));
    }

    [Fact]
    public async Task Of_a_destination_that_is_a_link_the_place_counts_that_it_leads_to()
    {
        Write("a/b");
        Directory.CreateSymbolicLink(Path.Combine(_root, "link"), Path.Combine(_root, "in"));

        Assert.Equal((0, string.Empty), await RunAsync("whole", ["./a/b"], "link"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_root, "in/a")));
    }

    [Fact]
    public async Task A_directory_in_which_something_is_left_stays_and_is_named()
    {
        Write("d/kept");
        Write("d/gone");
        Directory.CreateDirectory(Path.Combine(_root, "in/e"));

        Assert.Equal((0, "./d\n"), await RunAsync("empty", ["./e", "./d/gone", "./d"]));
        Assert.Equal([Path.Combine(_root, "in/d/kept")], Directory.EnumerateFiles(Path.Combine(_root, "in"), "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("slash")]
    public async Task Nothing_is_removed_from_the_root(string root)
    {
        Directory.CreateSymbolicLink(Path.Combine(_root, "slash"), "/");
        Write("x");
        string path = "." + Path.Combine(_root, "in/x");

        Assert.NotEqual(0, (await RunAsync("whole", [path], root)).Code);
        Assert.True(File.Exists(Path.Combine(_root, "in/x")));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private async Task<(int Code, string Error)> RunAsync(string how, string[] paths, string root = "in")
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("/bin/sh", ["-c", RemoteRemoval.Script, "sh", Path.Combine(_root, root), how])
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(RemoteTree.ToInput(paths), Token);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading.
        }

        string error = await process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, error);
    }

    private void Write(string path)
    {
        string full = Path.Combine(_root, "in", path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, path);
    }
}
