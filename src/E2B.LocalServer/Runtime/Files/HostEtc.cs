namespace E2B.LocalServer.Runtime;

/// <summary>
/// The part of the host's /etc that programs from its /usr need to work. An allow-list: package settings without
/// secrets. Of these only what everybody on the host may read is copied; links that leave the list are replaced by
/// what they lead to in certificate folders and left out elsewhere.
/// </summary>
internal static class HostEtc
{
    private static readonly string[] _entries =
    [
        // Finding libraries and programs.
        "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives",

        // Trusted certificates, as Debian and Red Hat keep them.
        "ssl/certs", "ssl/openssl.cnf", "ssl/cert.pem", "ca-certificates", "ca-certificates.conf",
        "pki/tls/certs", "pki/tls/cert.pem", "pki/tls/openssl.cnf", "pki/ca-trust/extracted", "crypto-policies",

        // What this system is, and its time zone.
        "os-release", "debian_version", "lsb-release", "redhat-release", "localtime", "timezone",

        // Names of protocols, ports and file types.
        "protocols", "services", "rpc", "ethertypes", "networks", "mime.types", "magic", "magic.mime", "gai.conf", "host.conf",

        // Terminals, locales and fonts.
        "terminfo", "inputrc", "locale.alias", "fonts", "X11/rgb.txt",

        // Language runtimes.
        "python3", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14", "perl", "java-8-openjdk",
        "java-11-openjdk", "java-17-openjdk", "java-21-openjdk", "java-25-openjdk",

        // Other programs' defaults.
        "login.defs", "mke2fs.conf", "netconfig", "skel", "bash_completion.d", "groff", "manpath.config", "gdb",
        "ImageMagick-6", "ImageMagick-7", "matplotlibrc",
    ];

    private const UnixFileMode Permissions = (UnixFileMode)0b111_101_101;

    public static void CopyTo(string target)
    {
        foreach (var entry in _entries)
        {
            Copy(Path.Combine("/etc", entry), Path.Combine(target, entry));
        }
    }

    private static void Copy(string source, string target)
    {
        var info = new FileInfo(source);
        if (info.LinkTarget is { } link)
        {
            CopyLink(source, target, link);
        }
        else if (info.Exists)
        {
            CopyFile(info, target);
        }
        else if (Directory.Exists(source) && File.GetUnixFileMode(source).HasFlag(UnixFileMode.OtherRead | UnixFileMode.OtherExecute))
        {
            MakeParents(target + "/.");
            foreach (var child in Directory.EnumerateFileSystemEntries(source))
            {
                Copy(child, Path.Combine(target, Path.GetFileName(child)));
            }
        }
    }

    private static void CopyLink(string source, string target, string link)
    {
        MakeParents(target);
        var destination = Path.GetFullPath(link, Path.GetDirectoryName(source)!);
        if (IsShown(destination))
        {
            File.CreateSymbolicLink(target, link);
        }
        else if (IsCertificate(source) && new FileInfo(source).ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } file)
        {
            CopyFile(file, target);
        }
    }

    private static void CopyFile(FileInfo source, string target)
    {
        if (source.UnixFileMode.HasFlag(UnixFileMode.OtherRead))
        {
            MakeParents(target);
            source.CopyTo(target);
            File.SetUnixFileMode(target, source.UnixFileMode & Permissions);
        }
    }

    private static bool IsShown(string path) =>
        IsBelow(path, "/usr") || IsBelow(path, "/lib") || IsBelow(path, "/bin") || _entries.Any(entry => IsBelow(path, "/etc/" + entry));

    private static bool IsCertificate(string path) =>
        IsBelow(path, "/etc/ssl/certs") || IsBelow(path, "/etc/ssl/cert.pem") || IsBelow(path, "/etc/pki");

    private static bool IsBelow(string path, string folder) =>
        path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    private static void MakeParents(string path)
    {
        var parent = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(parent))
        {
            MakeParents(parent);
            Folders.Make(parent, Folders.Open);
        }
    }
}
