using System.Globalization;
using System.Security.Cryptography;

namespace E2B.EndToEnd.Tests;

/// <summary>Local trees: made at random, and described so that two can be compared.</summary>
internal static class Tree
{
    private static readonly string[] _names =
    [
        "plain", "with space", " leading", "trailing ", "-dash", "--", "ünï", "日本語", "😀", "it's", "\"quoted\"", "back\\slash",
        "new\nline", "tab\tin", "$HOME", "`cmd`", "a;b", "star*", "quest?", "[set]", "{brace}", "percent%20", "#hash", "~tilde",
        ".hidden", "..dots", "colon: here", "tar: x: y", new string('l', 255), new string('ü', 127),
    ];

    private static readonly UnixFileMode[] _fileModes = [(UnixFileMode)0x1a4, (UnixFileMode)0x180, (UnixFileMode)0x1ed, (UnixFileMode)0x124, (UnixFileMode)0x1c0, (UnixFileMode)0x1ff];

    private static readonly UnixFileMode[] _directoryModes = [(UnixFileMode)0x1ed, (UnixFileMode)0x1c0, (UnixFileMode)0x3ff, (UnixFileMode)0x16d];

    /// <summary>Makes a tree, with directories that are read-only only where that is asked for: deep, wide, with empty directories, links, empty files and files of every size.</summary>
    public static void Make(string root, Random random, int entries, bool withLarge, bool withReadOnly = false)
    {
        Directory.CreateDirectory(root);
        var directories = new List<string> { root };
        string deep = root;
        for (int i = 0; i < 25; i++)
        {
            deep = Path.Combine(deep, "d" + i);
            directories.Add(deep);
            Directory.CreateDirectory(deep);
        }

        for (int i = 0; i < entries; i++)
        {
            string parent = directories[random.Next(3) == 0 ? 0 : random.Next(directories.Count)];
            string name = random.Next(2) == 0 ? _names[random.Next(_names.Length)] : "n" + i.ToString(CultureInfo.InvariantCulture);
            string path = Path.Combine(parent, name);
            if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
            {
                continue;
            }

            switch (random.Next(10))
            {
                case 0 or 1:
                    Directory.CreateDirectory(path);
                    if (random.Next(2) == 0)
                    {
                        directories.Add(path);
                    }

                    break;
                case 2:
                    File.CreateSymbolicLink(path, random.Next(3) switch { 0 => "n1", 1 => "no such thing", _ => "./" + _names[random.Next(_names.Length)] });
                    break;
                default:
                    WriteFile(path, random, random.Next(20) switch
                    {
                        0 or 1 or 2 => 0,
                        3 => 1024 * 1024 - 1,
                        4 => 1024 * 1024,
                        5 => random.Next(1024 * 1024, 5 * 1024 * 1024),
                        _ => random.Next(1, 40_000),
                    });
                    break;
            }
        }

        if (withLarge)
        {
            WriteFile(Path.Combine(root, "sixty-four"), random, 64 * 1024 * 1024);
        }

        Mark(root, directories, random, _directoryModes.Length - (withReadOnly ? 0 : 1));
    }

    /// <summary>What there is: kind, mode, time, path, and a hash or a link's target, a line each.</summary>
    public static IReadOnlyList<string> Describe(string root)
    {
        var lines = new List<string>();
        Describe(new DirectoryInfo(root), string.Empty, lines);
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static void Describe(DirectoryInfo directory, string path, List<string> lines)
    {
        lines.Add($"{path}/ {directory.UnixFileMode} {directory.LastWriteTimeUtc.Ticks}");
        foreach (FileSystemInfo info in directory.GetFileSystemInfos())
        {
            string below = path + "/" + info.Name;
            if (info.LinkTarget is { } target)
            {
                lines.Add($"{below} -> {target} {info.LastWriteTimeUtc.Ticks}");
            }
            else if (info is DirectoryInfo inner)
            {
                Describe(inner, below, lines);
            }
            else
            {
                using FileStream content = File.OpenRead(info.FullName);
                lines.Add($"{below} {info.UnixFileMode} {info.LastWriteTimeUtc.Ticks} {content.Length} {Convert.ToHexString(SHA256.HashData(content))}");
            }
        }
    }

    private static void WriteFile(string path, Random random, int length)
    {
        byte[] content = new byte[length];
        random.NextBytes(content);
        File.WriteAllBytes(path, content);
        File.SetUnixFileMode(path, _fileModes[random.Next(_fileModes.Length)]);
        File.SetLastWriteTimeUtc(path, AnyTime(random));
    }

    private static void Mark(string root, List<string> known, Random random, int modes)
    {
        // The deepest first, as what is in a directory counts for its time.
        foreach (string directory in Directory.GetDirectories(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Concat(known).Distinct().OrderByDescending(static path => path.Length))
        {
            Directory.SetLastWriteTimeUtc(directory, AnyTime(random));
            File.SetUnixFileMode(directory, _directoryModes[random.Next(modes)]);
        }
    }

    private static DateTime AnyTime(Random random) =>
        DateTime.UnixEpoch.AddSeconds(random.Next(1, int.MaxValue)).AddTicks(random.Next((int)TimeSpan.TicksPerSecond));
}
