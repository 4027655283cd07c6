using System.Text;

namespace E2B.Transfers.Remote;

/// <summary>SHA-256 of files in a sandbox: one process for all.</summary>
internal static class SandboxHashes
{
    private const int HashLength = 64;

    public static async Task<IReadOnlyDictionary<string, string>> OfAsync(
        SandboxShell shell, IReadOnlyList<(string Path, string File)> files, CancellationToken cancellationToken)
    {
        var names = new StringBuilder();
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string path, string file) in files)
        {
            names.Append(file).Append('\0');
            paths[file] = path;
        }

        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (files.Count == 0)
        {
            return hashes;
        }

        CommandResult result = await shell.FeedAsync(
            "xargs -0 sha256sum --", [], Encoding.UTF8.GetBytes(names.ToString()), cancellationToken).ConfigureAwait(false);
        foreach (string line in result.StandardOutput.Split('\n'))
        {
            // A line that begins with a backslash holds a name in which backslashes and line ends are escaped.
            bool escaped = line.StartsWith('\\');
            string rest = escaped ? line[1..] : line;
            if (rest.Length > HashLength + 2 && paths.TryGetValue(escaped ? Unescape(rest[(HashLength + 2)..]) : rest[(HashLength + 2)..], out string? path))
            {
                hashes[path] = rest[..HashLength];
            }
        }

        return hashes;
    }

    private static string Unescape(string name)
    {
        var text = new StringBuilder(name.Length);
        for (int i = 0; i < name.Length; i++)
        {
            text.Append(name[i] != '\\' || i + 1 == name.Length ? name[i] : name[++i] switch { 'n' => '\n', 'r' => '\r', char other => other });
        }

        return text.ToString();
    }
}
