using System.Text;

namespace E2B.Transfers.Remote;

/// <summary>SHA-256 of files in a sandbox: one process for all.</summary>
internal static class SandboxHashes
{
    private const int HashLength = 64;
    private const string Separator = "  ";

    public static async Task<IReadOnlyDictionary<string, string>> OfAsync(
        SandboxShell shell, IReadOnlyList<(string Path, string File)> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0)
        {
            return new Dictionary<string, string>();
        }

        byte[] names = Encoding.UTF8.GetBytes(string.Concat(files.Select(static file => file.File + "\0")));
        CommandResult result = await shell.FeedAsync("xargs -0 sha256sum --", [], names, cancellationToken).ConfigureAwait(false);
        return Read(result.StandardOutput, files);
    }

    /// <summary>
    /// The hashes in what sha256sum writes. It keeps the order, and leaves out what it cannot read. A name that holds
    /// line ends or backslashes comes escaped, with a backslash before the line; from BusyBox as it is.
    /// </summary>
    internal static Dictionary<string, string> Read(string output, IReadOnlyList<(string Path, string File)> files)
    {
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        int at = 0;
        foreach ((string path, string file) in files)
        {
            if (TryRead(output, at, file, out int end))
            {
                hashes[path] = output.Substring(at, HashLength);
                at = end;
            }
            else if (at < output.Length && output[at] == '\\' && TryRead(output, at + 1, Escape(file), out end))
            {
                hashes[path] = output.Substring(at + 1, HashLength);
                at = end;
            }
        }

        return hashes;
    }

    private static bool TryRead(string output, int at, string name, out int end)
    {
        string rest = Separator + name + "\n";
        end = at + HashLength + rest.Length;
        return end <= output.Length && string.CompareOrdinal(output, at + HashLength, rest, 0, rest.Length) == 0;
    }

    private static string Escape(string name) => name
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);
}
