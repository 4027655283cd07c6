using System.Formats.Tar;
using E2B.LocalServer.Images;
using E2B.LocalServer.Tests.Runtime;

namespace E2B.LocalServer.Tests.Images;

/// <summary>A small Debian of this machine's own files: bash, some programs and the libraries that they name.</summary>
internal static class MinimalRoot
{
    private static readonly string[] _programs =
    [
        "bash", "cat", "ls", "id", "mkdir", "touch", "stat", "env", "sleep", "grep", "rm", "cp", "mv", "chmod", "chown", "dirname", "head", "tr", "sed",
    ];

    private static readonly Lazy<Task<byte[]>> _layer = new(BuildAsync);

    /// <summary>The layer, made once.</summary>
    public static Task<byte[]> LayerAsync() => _layer.Value;

    /// <summary>An image of it alone.</summary>
    public static async Task<TestImage> ImageAsync() => new([await LayerAsync()], ImageCheck.Architecture);

    private static async Task<byte[]> BuildAsync()
    {
        var layer = new LayerBuilder();
        foreach (string folder in (string[])["usr/bin", "usr/lib", "usr/lib64", "etc", "home", "tmp"])
        {
            layer.Directory(folder);
        }

        foreach (string name in (string[])["bin", "lib", "lib64"])
        {
            layer.Link(name, "usr/" + name);
        }

        layer.Link("usr/bin/sh", "bash");
        layer.File("etc/os-release", "PRETTY_NAME=\"Test Linux\"\nID=debian\n");
        layer.File("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nnode:x:1000:1000::/home/node:/bin/bash\n");
        layer.File("etc/group", "root:x:0:\nsudo:x:27:\nnode:x:1000:\n");
        layer.File("etc/shadow", "root:*:19000:0:99999:7:::\n", 0b110_100_000, group: 42);
        var libraries = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string program in _programs)
        {
            string path = $"/usr/bin/{program}";
            Add(layer, path, path[1..]);
            string said = (await Shell.RunAsync("/usr/bin/ldd", path)).Succeeded().Output;
            libraries.UnionWith(said.Split([' ', '\t', '\n']).Where(word => word.StartsWith("/lib", StringComparison.Ordinal) || word.StartsWith("/usr/lib", StringComparison.Ordinal)));
        }

        foreach (string library in libraries)
        {
            Add(layer, library, library.StartsWith("/usr/", StringComparison.Ordinal) ? library[1..] : "usr" + library);
        }

        return layer.Gzip();
    }

    private static void Add(LayerBuilder layer, string source, string name) => layer.Entry(new PaxTarEntry(TarEntryType.RegularFile, name)
    {
        Mode = (UnixFileMode)0b111_101_101,
        DataStream = new MemoryStream(File.ReadAllBytes(source)),
    });
}
