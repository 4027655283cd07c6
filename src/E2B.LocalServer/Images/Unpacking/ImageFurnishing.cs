using System.Globalization;
using System.Text;
using E2B.LocalServer.Network;
using E2B.LocalServer.Runtime;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Images;

/// <summary>
/// Puts into an unpacked image what a sandbox needs to start there, and what the cloud's provisioning adds that makes
/// sense in a container: the user <c>user</c>, names, places to write to. Packages are not installed: that would need
/// a network; and there is no sudo, which could do nothing in a sandbox.
/// </summary>
internal sealed class ImageFurnishing(RootFolder root)
{
    private const int LongestFile = 4 << 20;
    private const uint FirstUser = 1000;
    private const uint LastUser = 60_000;
    private const string User = "user";
    private const UnixFileMode PlainFile = (UnixFileMode)0b110_100_100;
    private const UnixFileMode SecretFile = (UnixFileMode)0b110_100_000;
    private const UnixFileMode ForAll = (UnixFileMode)0b111_111_111;

    /// <summary>Where the container's own file systems are mounted, and the folders that programs take for granted.</summary>
    private static readonly string[] _folders = ["dev", "proc", "sys", "run", "etc", "home", "usr", "var"];

    public void Run(CancellationToken cancellationToken)
    {
        root.SetDirectory(string.Empty, 0, 0, Folders.Open);
        MakeFolders(cancellationToken);
        AddUser(cancellationToken);
        Replace("etc/hostname", EtcFiles.HostName + "\n", PlainFile, cancellationToken);
        Replace("etc/hosts", EtcFiles.All["hosts"] + SandboxFiles.Hosts, PlainFile, cancellationToken);
        Replace("etc/resolv.conf", SandboxFiles.Resolver, PlainFile, cancellationToken);
        root.Remove("etc/machine-id", cancellationToken);
        Open("usr/local", cancellationToken);
        Demand("code", cancellationToken);
        Open("code", cancellationToken);
    }

    private void MakeFolders(CancellationToken cancellationToken)
    {
        // Mounts go to these: they must be folders, and nothing of the image's in them.
        root.Remove(".e2b", cancellationToken);
        foreach (string folder in (string[])[.. _folders, ".e2b", ".e2b/dotnet", ".e2b/server", ".e2b/libs"])
        {
            Demand(folder, cancellationToken);
        }

        if (Demand("root", cancellationToken))
        {
            root.SetDirectory("root", 0, 0, Folders.Closed);
        }

        foreach (string folder in (string[])["tmp", "var/tmp"])
        {
            Demand(folder, cancellationToken);
            root.SetDirectory(folder, 0, 0, Folders.Shared);
        }
    }

    /// <summary>Sees to it that a folder is one and no link.</summary>
    /// <returns>Whether it had to be made.</returns>
    private bool Demand(string folder, CancellationToken cancellationToken)
    {
        if (root.Look(folder) is { IsDirectory: true })
        {
            return false;
        }

        root.Remove(folder, cancellationToken);
        root.MakeDirectory(folder);
        return true;
    }

    private void AddUser(CancellationToken cancellationToken)
    {
        string passwd = Read("etc/passwd") ?? "root:x:0:0:root:/root:/bin/bash\n";
        string groups = Read("etc/group") ?? "root:x:0:\n";
        string[]? entry = Entries(passwd).FirstOrDefault(fields => fields[0] == User);
        (uint id, uint group) = entry is { Length: > 3 } ? (Number(entry[2]), Number(entry[3])) : (0, 0);
        if (entry is null)
        {
            id = Free(Ids(passwd));
            string[]? named = Entries(groups).FirstOrDefault(fields => fields[0] == User);
            group = named is { Length: > 2 } ? Number(named[2]) : Ids(groups).Contains(id) ? Free(Ids(groups)) : id;
            if (named is null)
            {
                groups = Line(groups, string.Create(CultureInfo.InvariantCulture, $"{User}:x:{group}:"));
                AppendTo("etc/gshadow", $"{User}:!::", cancellationToken);
            }

            passwd = Line(passwd, string.Create(CultureInfo.InvariantCulture, $"{User}:x:{id}:{group}::/home/{User}:/bin/bash"));
            AppendTo("etc/shadow", $"{User}::19000:0:99999:7:::", cancellationToken);
        }

        Replace("etc/passwd", passwd, PlainFile, cancellationToken);
        Replace("etc/group", AddToAdministrators(groups), PlainFile, cancellationToken);
        MakeHome(id, group, cancellationToken);
    }

    private void MakeHome(uint id, uint group, CancellationToken cancellationToken)
    {
        const string home = "home/" + User;
        if (Demand(home, cancellationToken))
        {
            root.SetDirectory(home, id, group, Folders.Open);
        }
        else
        {
            using SafeFileHandle folder = root.OpenNoFollow(home);
            RootFolder.SetOwner(folder, home, id, group);
        }

        foreach ((string name, string standard) in new[] { (".profile", EtcFiles.UserProfile), (".bashrc", EtcFiles.UserBashSettings) })
        {
            string path = $"{home}/{name}";
            if (root.Look(path) is null)
            {
                Write(path, Read("etc/skel/" + name) ?? standard, PlainFile, id, group);
            }
        }
    }

    /// <summary>As in the cloud, though it opens nothing here but what a program allows by the group's name.</summary>
    private static string AddToAdministrators(string groups)
    {
        string[] lines = groups.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string[] fields = lines[i].Split(':');
            if (fields is ["sudo" or "wheel", _, _, var members])
            {
                string[] names = members.Split(',', StringSplitOptions.RemoveEmptyEntries);
                lines[i] = names.Contains(User) ? lines[i] : $"{lines[i]}{(names.Length == 0 ? string.Empty : ",")}{User}";
            }
        }

        return string.Join('\n', lines);
    }

    /// <summary>Lets everybody write to a folder and what is below it, as the cloud does with /usr/local and /code.</summary>
    private void Open(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (root.Look(path) is not { } entry || !(entry.IsDirectory || entry.IsRegular))
        {
            return;
        }

        using (SafeFileHandle file = root.OpenNoFollow(path))
        {
            File.SetUnixFileMode(file, ForAll);
        }

        foreach (string name in entry.IsDirectory ? root.Names(path) : [])
        {
            Open($"{path}/{name}", cancellationToken);
        }
    }

    private void AppendTo(string path, string line, CancellationToken cancellationToken)
    {
        if (Read(path) is { } text)
        {
            Replace(path, Line(text, line), SecretFile, cancellationToken);
        }
    }

    private static string Line(string text, string line) => (text.Length == 0 || text.EndsWith('\n') ? text : text + "\n") + line + "\n";

    // Latin-1: whatever bytes are in the file stay as they are.
    private string? Read(string path)
    {
        using SafeFileHandle? file = root.TryOpenRead(path);
        if (file is null)
        {
            return null;
        }

        long length = RandomAccess.GetLength(file);
        if (length > LongestFile)
        {
            throw new InvalidDataException($"/{path} is too large");
        }

        byte[] content = new byte[length];
        int count = RandomAccess.Read(file, content, 0);
        return Encoding.Latin1.GetString(content, 0, count);
    }

    /// <summary>Puts a file in the place of whatever is there; a link is replaced and not followed.</summary>
    private void Replace(string path, string content, UnixFileMode mode, CancellationToken cancellationToken)
    {
        uint group = mode == SecretFile ? root.Follow(path)?.Group ?? 0 : 0;
        root.Remove(path, cancellationToken);
        Write(path, content, mode, 0, group);
    }

    private void Write(string path, string content, UnixFileMode mode, uint user, uint group)
    {
        using SafeFileHandle file = root.CreateFile(path);
        RandomAccess.Write(file, Encoding.Latin1.GetBytes(content), 0);
        RootFolder.SetOwner(file, path, user, group);
        File.SetUnixFileMode(file, mode);
    }

    private static IEnumerable<string[]> Entries(string text) => text.Split('\n').Select(line => line.Split(':'));

    private static HashSet<uint> Ids(string text) => [.. Entries(text).Where(fields => fields.Length > 2).Select(fields => Number(fields[2]))];

    private static uint Free(HashSet<uint> taken)
    {
        for (uint id = FirstUser; id < LastUser; id++)
        {
            if (!taken.Contains(id))
            {
                return id;
            }
        }

        throw new InvalidDataException("/etc/passwd has no free number for a user");
    }

    private static uint Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id < IdRange.Count ? id : 0;
}
