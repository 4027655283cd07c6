namespace E2B.LocalServer.Runtime;

/// <summary>The programs of this machine that the server runs, and what to install where one is missing.</summary>
internal static class HostPrograms
{
    /// <summary>Looked into after what PATH names: a root's PATH often leaves out the sbin folders.</summary>
    private static readonly string[] _usualFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>Packages by program, as Debian, Alpine, Arch and SUSE call them; Fedora calls one differently.</summary>
    private static readonly Dictionary<string, string> _packages = new()
    {
        ["runc"] = "runc",
        ["mkfs.ext4"] = "e2fsprogs",
        ["unshare"] = "util-linux",
        ["setpriv"] = "util-linux",
        ["prlimit"] = "util-linux",
        ["ip"] = "iproute2",
        ["nft"] = "nftables",
        ["skopeo"] = "skopeo",
        ["zstd"] = "zstd",
    };

    private static readonly (string Program, string Install)[] _managers =
    [
        ("apt-get", "apt-get install"), ("dnf", "dnf install"), ("apk", "apk add"), ("pacman", "pacman -S"), ("zypper", "zypper install"),
    ];

    /// <summary>What sandboxes cannot do without.</summary>
    public static IReadOnlyList<string> Needed { get; } = ["runc", "mkfs.ext4", "unshare", "setpriv", "prlimit"];

    /// <summary>What their network cannot do without.</summary>
    public static IReadOnlyList<string> NeededByNetwork { get; } = ["ip", "nft"];

    /// <summary>What fetching images of registries cannot do without.</summary>
    public static IReadOnlyList<string> NeededByImages { get; } = ["skopeo"];

    /// <summary>The full path of a program.</summary>
    /// <exception cref="StartupCheckException">It is not installed; the message says what to do.</exception>
    public static string Find(string program) => Look(program, Folders()) ?? throw new StartupCheckException(Missing([program], Folders())!);

    /// <summary>Says which of some programs are not installed, and what to do about it.</summary>
    /// <returns><see langword="null"/> when all are there.</returns>
    public static string? Missing(IEnumerable<string> programs) => Missing(programs, Folders());

    /// <inheritdoc cref="Missing(IEnumerable{string})"/>
    internal static string? Missing(IEnumerable<string> programs, IReadOnlyList<string> folders)
    {
        string[] missing = [.. programs.Where(program => Look(program, folders) is null)];
        if (missing.Length == 0)
        {
            return null;
        }

        var (manager, install) = _managers.FirstOrDefault(one => Look(one.Program, folders) is not null, _managers[0]);
        var packages = missing.Select(program => Package(program, manager)).Distinct();
        return $"Not installed: {string.Join(", ", missing)}. Install with: {install} {string.Join(' ', packages)}";
    }

    private static string Package(string program, string manager) =>
        (program, manager) == ("ip", "dnf") ? "iproute" : _packages.GetValueOrDefault(program, program);

    private static List<string> Folders() =>
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Where(Path.IsPathRooted),
        .. _usualFolders,
    ];

    private static string? Look(string program, IEnumerable<string> folders) =>
        folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(IsProgram);

    private static bool IsProgram(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
