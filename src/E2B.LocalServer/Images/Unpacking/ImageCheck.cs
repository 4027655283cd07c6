using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Images;

/// <summary>Looks whether an unpacked image has what sandboxes cannot do without.</summary>
internal static class ImageCheck
{
    /// <summary>Its word for this machine's architecture, as images say it.</summary>
    public static string Architecture { get; } = RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static readonly (string Loader, string Library) _names = Architecture == "arm64"
        ? ("ld-linux-aarch64.so.1", "aarch64-linux-gnu")
        : ("ld-linux-x86-64.so.2", "x86_64-linux-gnu");

    private static readonly string[] _libraryFolders =
    [
        "lib64", "usr/lib64", "lib/" + _names.Library, "usr/lib/" + _names.Library, "lib", "usr/lib",
    ];

    /// <summary>Demands the GNU C library and bash.</summary>
    /// <param name="root">The unpacked image.</param>
    /// <param name="image">Its name, for the message.</param>
    /// <exception cref="ImageException">Something is missing; the message says what it has instead, and what to do.</exception>
    public static void Demand(RootFolder root, string image)
    {
        if (!Has(root, _names.Loader) || !Has(root, "libc.so.6"))
        {
            throw new ImageException(
                $"the image '{image}'{Called(root)} cannot be used: {WithoutGlibc(root)}. "
                + "Sandboxes need an image with the GNU C library (glibc), such as debian, ubuntu, fedora, or the -slim variant of python and node");
        }

        if (!IsProgram(root, "bin/bash") && !IsProgram(root, "usr/bin/bash"))
        {
            throw new ImageException(
                $"the image '{image}'{Called(root)} cannot be used: it has no /bin/bash, which commands in sandboxes are run with. Use an image that has it, or build one on top with bash installed");
        }
    }

    private static string WithoutGlibc(RootFolder root) =>
        _libraryFolders.Any(folder => root.Follow(folder) is { IsDirectory: true } && Names(root, folder).Any(name => name.StartsWith("ld-musl-", StringComparison.Ordinal)))
            ? "its C library is musl, not glibc"
            : "it has no C library at all, as images made from scratch";

    // The directory itself may be reached by a link, as /lib is.
    private static IReadOnlyList<string> Names(RootFolder root, string folder)
    {
        string real = root.Look(folder) is { IsLink: true } ? "usr/" + folder : folder;
        return root.Look(real) is { IsDirectory: true } ? root.Names(real) : [];
    }

    private static bool Has(RootFolder root, string library) =>
        _libraryFolders.Any(folder => root.Follow($"{folder}/{library}") is { IsRegular: true });

    private static bool IsProgram(RootFolder root, string path) => root.Follow(path) is { IsRegular: true } file && (file.Mode & 0x49) != 0;

    /// <summary>What it calls itself: <c> (Alpine Linux v3.20)</c>.</summary>
    private static string Called(RootFolder root)
    {
        const int longest = 16 * 1024;
        const string key = "PRETTY_NAME=";
        using SafeFileHandle? file = root.TryOpenRead("etc/os-release");
        if (file is null)
        {
            return string.Empty;
        }

        byte[] content = new byte[longest];
        int count = RandomAccess.Read(file, content, 0);
        string? line = Encoding.UTF8.GetString(content, 0, count).Split('\n').FirstOrDefault(text => text.StartsWith(key, StringComparison.Ordinal));
        string name = new([.. (line ?? string.Empty).Skip(key.Length).Where(c => c != '"' && !char.IsControl(c)).Take(80)]);
        return name.Length == 0 ? string.Empty : $" ({name})";
    }
}
