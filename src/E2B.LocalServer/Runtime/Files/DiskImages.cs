using System.Collections.Concurrent;
using System.Globalization;
using E2B.LocalServer.Native;

namespace E2B.LocalServer.Runtime;

/// <summary>
/// Formatted disk images, one template per size, copied for each sandbox with its holes kept. On the disk each tree
/// of the base has a folder with what an overlay needs: <c>upper</c> and <c>work</c>.
/// </summary>
internal sealed class DiskImages(string directory, BaseFileSystem baseFileSystem)
{
    private const int LongestToolRun = 60_000;
    private readonly ConcurrentDictionary<int, Lazy<string>> _templates = new();

    /// <summary>Makes an empty disk of a size.</summary>
    public void Create(string image, int sizeMiB)
    {
        var template = _templates.GetOrAdd(sizeMiB, size => new Lazy<string>(() => Format(size)));
        try
        {
            SparseFile.Copy(template.Value, image);
        }
        catch when (!template.IsValueCreated)
        {
            // A failed format is not remembered: the next sandbox tries again.
            _templates.TryRemove(new KeyValuePair<int, Lazy<string>>(sizeMiB, template));
            throw;
        }
    }

    /// <summary>Formats the template for a size ahead of its first use.</summary>
    public void Prepare(int sizeMiB) =>
        _ = _templates.GetOrAdd(sizeMiB, size => new Lazy<string>(() => Format(size))).Value;

    private string Format(int sizeMiB)
    {
        Directory.CreateDirectory(directory);
        var image = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"disk-{sizeMiB}.ext4"));
        var content = image + ".content";
        File.Delete(image);
        MakeContent(content);
        try
        {
            // No journal: an image is thrown away or saved whole, never recovered from a crash, and without one it
            // is smaller to copy and quicker to mount.
            RunTool(HostPrograms.Find("mkfs.ext4"),
            [
                "-q", "-F", "-m", "0", "-O", "^has_journal,^resize_inode", "-E", "lazy_itable_init=1,nodiscard",
                "-d", content, image, string.Create(CultureInfo.InvariantCulture, $"{sizeMiB}M"),
            ]);
        }
        finally
        {
            Directory.Delete(content, recursive: true);
        }

        return image;
    }

    private void MakeContent(string content)
    {
        foreach (var tree in baseFileSystem.Trees)
        {
            foreach (var part in (string[])["upper", "work"])
            {
                Folders.Make(Path.Combine(content, tree.Name, part), Folders.Open);
            }
        }
    }

    /// <summary>Runs a program of the host's, such as mkfs, to its end.</summary>
    internal static void RunTool(string program, IReadOnlyList<string> arguments)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(LongestToolRun))
        {
            process.Kill();
            throw new IOException($"{program} did not end.");
        }

        if (process.ExitCode != 0)
        {
            throw new IOException($"{program} failed: {errors.Result.Trim()}");
        }
    }
}
