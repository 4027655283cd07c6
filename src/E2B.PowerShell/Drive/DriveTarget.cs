using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Drive;

/// <summary>What a path of the provider names, <c>id:/path</c> or <c>id/path</c>: a sandbox and an absolute POSIX path in it.</summary>
internal readonly record struct DriveTarget(string SandboxId, string Path)
{
    /// <summary>
    /// Stands for a backslash that is part of a name, in paths that the engine gets from here: a true one would divide
    /// the name, and the two halves could be another entry. (Other programs that bring such names to Windows use the same.)
    /// </summary>
    private const char NamedBackslash = '\uF05C';

    /// <summary>Whether a backslash is part of a name in it. Such an entry is shown, and not worked with.</summary>
    public bool HasBackslash => Path.Contains('\\');

    /// <summary>Whether it is the sandbox's own root.</summary>
    public bool IsRoot => Path == "/";

    /// <summary>The last part of the path; empty for the root.</summary>
    public string Name => SandboxPath.NameOf(Path);

    /// <summary>What holds it; the root holds itself.</summary>
    public DriveTarget Parent => this with { Path = SandboxPath.ParentOf(Path) };

    /// <summary>Reads a path of the provider.</summary>
    /// <param name="path">Either separator divides it; <c>.</c> and <c>..</c> are resolved without asking the sandbox.</param>
    /// <param name="root">The drive's root, in the same form: a path that begins with it does not leave it again.</param>
    /// <exception cref="E2BInvalidArgumentException">It names no sandbox, or leaves the drive.</exception>
    public static DriveTarget Parse(string path, string? root = null)
    {
        (string id, string[] parts) = Divide(path);
        if (id.Length == 0)
        {
            throw new E2BInvalidArgumentException($"'{path}' names no sandbox. A path of this provider is <sandbox id>:/path, as in E2B::i1a2b3c4:/home/user.");
        }

        int kept = 0;
        if (!string.IsNullOrEmpty(root) && Divide(root) is { } drive && drive.Id == id && parts.AsSpan().StartsWith(drive.Parts))
        {
            kept = drive.Parts.Length;
        }

        var resolved = new List<string>(parts.Length);
        foreach (string part in parts)
        {
            if (part == "..")
            {
                if (kept > 0 && resolved.Count == kept)
                {
                    throw new E2BInvalidArgumentException($"'{path}' leaves the drive, whose root is {root}.");
                }

                resolved.RemoveRange(Math.Max(0, resolved.Count - 1), Math.Min(1, resolved.Count));
            }
            else if (part != ".")
            {
                resolved.Add(part);
            }
        }

        return new DriveTarget(id, "/" + string.Join('/', resolved).Replace(NamedBackslash, '\\'));
    }

    /// <summary>Divides what may be a path of the provider into id and path; the id is empty where there is none.</summary>
    public static (string Id, string[] Parts) Divide(string path)
    {
        int end = path.AsSpan().IndexOfAny(':', '/', '\\');
        return end < 0 ? (path, []) : (path[..end], DrivePaths.Split(path[(path[end] == ':' ? end + 1 : end)..]));
    }

    /// <summary>An entry in it.</summary>
    public DriveTarget Join(string name) => this with { Path = SandboxPath.Join(Path, name) };

    /// <summary>
    /// The path as the engine gets it: <c>id/path</c>, with the machine's separator. There is no colon in it, because the
    /// engine would take what stands before for the name of a drive.
    /// </summary>
    public string ToProviderPath(char separator) => SandboxId + ToName(Path).Replace('/', separator);

    /// <summary>A name as the engine may put it into a path.</summary>
    public static string ToName(string name) => name.Replace('\\', NamedBackslash);

    /// <inheritdoc/>
    public override string ToString() => $"{SandboxId}:{Path}";
}
