using E2B.Transfers;
using E2B.Transfers.Remote;

namespace E2B.Syncing;

/// <summary>Removes what a sync has found to be too much.</summary>
internal static class RemoteRemoval
{
    private const int AtOnce = 5000;

    /// <summary>
    /// Removes the paths on stdin, each relative to $1 and with a zero after it. Before anything in a directory is
    /// removed it is looked at where that directory is by now: what was made a link meanwhile leads to no other place's
    /// removal. $2 says whether a directory goes with all it holds. Failures are written on stderr, a line each.
    /// </summary>
    internal const string Script = """
        cd -P -- "$1" || exit 1
        E2B_ROOT=$(pwd -P) E2B_WHOLE=$2
        [ "$E2B_ROOT" != / ] || exit 1
        export E2B_ROOT E2B_WHOLE
        xargs -0 sh -c '
            last=
            for path do
                parent=${path%/*}
                if [ "$parent" != "$last" ]; then
                    here=$(cd -P -- "$parent" 2>/dev/null && pwd -P)
                    last=$parent
                fi
                [ "$here" = "$E2B_ROOT${parent#.}" ] || { [ -z "$here" ] || echo "$path" >&2; continue; }
                if [ ! -d "$path" ] || [ -L "$path" ]; then
                    rm -f -- "$path" 2>/dev/null
                elif [ "$E2B_WHOLE" = whole ]; then
                    rm -rf -- "$path" 2>/dev/null || { chmod -R u+rwX -- "$path"; rm -rf -- "$path"; } 2>/dev/null
                else
                    rmdir -- "$path" 2>/dev/null
                fi
                if [ -e "$path" ] || [ -L "$path" ]; then echo "$path" >&2; fi
            done' sh
        """;

    /// <param name="shell">The sandbox's.</param>
    /// <param name="root">The directory that the entries are below of, absolute.</param>
    /// <param name="entries">What to remove.</param>
    /// <param name="whole">Whether a directory goes with all it holds; otherwise it stays when something is left in it.</param>
    /// <param name="cancellationToken">Gives up between entries.</param>
    /// <returns>What is there still.</returns>
    public static async Task<IReadOnlySet<string>> RunAsync(
        SandboxShell shell, string root, IReadOnlyList<TransferEntry> entries, bool whole, CancellationToken cancellationToken)
    {
        var left = new HashSet<string>(StringComparer.Ordinal);

        // What a directory holds goes before it; and neighbours together, so that their directory is looked at once.
        IEnumerable<string> paths = entries.Select(static entry => entry.Path).OrderDescending(StringComparer.Ordinal);
        foreach (string[] some in paths.Chunk(AtOnce))
        {
            CommandResult result = await shell.FeedAsync(
                Script, [root, whole ? "whole" : "empty"], RemoteTree.ToInput(some.Select(static path => "./" + path)), cancellationToken).ConfigureAwait(false);
            if (!result.Succeeded)
            {
                throw RemoteErrors.Of(shell.Sandbox, root, "remove what is in", result);
            }

            left.UnionWith(result.StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.StartsWith("./", StringComparison.Ordinal) ? line[2..] : line));
        }

        return left;
    }
}
