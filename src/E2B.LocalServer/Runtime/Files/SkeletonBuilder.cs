using E2B.LocalServer.Native;

namespace E2B.LocalServer.Runtime;

/// <summary>
/// Writes the root tree of a fresh sandbox, owners as inside (0 is root, 1000 is user). From the host's /etc come
/// the entries of <see cref="HostEtc"/> alone, so nothing that somebody keeps there is shown by mistake.
/// </summary>
internal static class SkeletonBuilder
{
    private const uint User = 1000;

    private const UnixFileMode PlainFile = (UnixFileMode)0b110_100_100;

    private static readonly string[] _folders =
    [
        "dev", "proc", "sys", "run", "run/lock", "usr", "etc", "home", "opt", "srv", "mnt", "media", "var", "var/cache",
        "var/lib", "var/log", "var/spool", ".e2b", ".e2b/dotnet", ".e2b/server",
    ];

    public static void Build(string root, IEnumerable<string> folders, IEnumerable<(string Name, string Target)> links)
    {
        Folders.Make(root, Folders.Open);
        foreach (var folder in _folders.Concat(folders))
        {
            Folders.Make(Path.Combine(root, folder), Folders.Open);
        }

        Folders.Make(Path.Combine(root, "root"), Folders.Closed);
        Folders.Make(Path.Combine(root, "tmp"), Folders.Shared);
        Folders.Make(Path.Combine(root, "var/tmp"), Folders.Shared);

        // Relative, so that who follows links in the server's data stays in there, and does not come to the machine's own /run.
        File.CreateSymbolicLink(Path.Combine(root, "var/run"), "../run");
        File.CreateSymbolicLink(Path.Combine(root, "var/lock"), "../run/lock");
        foreach (var (name, target) in links)
        {
            File.CreateSymbolicLink(Path.Combine(root, name), target);
        }

        HostEtc.CopyTo(Path.Combine(root, "etc"));
        foreach (var (path, content) in EtcFiles.All)
        {
            WriteFile(Path.Combine(root, "etc", path), content);
        }

        File.CreateSymbolicLink(Path.Combine(root, "etc/mtab"), "/proc/mounts");
        BuildHome(Path.Combine(root, "root"), 0);
        Folders.Make(Path.Combine(root, "home/user"), Folders.Open);
        BuildHome(Path.Combine(root, "home/user"), User);
    }

    private static void BuildHome(string home, uint owner)
    {
        var profile = Path.Combine(home, ".profile");
        var bashSettings = Path.Combine(home, ".bashrc");
        WriteFile(profile, EtcFiles.UserProfile);
        WriteFile(bashSettings, EtcFiles.UserBashSettings);
        foreach (var path in (string[])[home, profile, bashSettings])
        {
            LinuxException.Check(Libc.ChangeOwner(path, owner, owner), "chown", path);
        }
    }

    private static void WriteFile(string path, string content)
    {
        var parent = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(parent))
        {
            Folders.Make(parent, Folders.Open);
        }

        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, PlainFile);
    }
}
