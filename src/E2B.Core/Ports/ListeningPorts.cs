using System.Globalization;

namespace E2B.Ports;

/// <summary>Looks inside a sandbox at what listens there, in the kernel's tables. Nobody is connected to, so nobody notices.</summary>
internal static class ListeningPorts
{
    private const int NotYet = 3;

    /// <summary>How many looks one run of the script takes: a client that is gone leaves it for less than a minute.</summary>
    private const int LooksPerRun = 200;

    /// <summary>
    /// Ends with 0 when something listens on the port $1 (four hexadecimal digits), with 3 when nothing did in $2 looks,
    /// a fifth of a second apart. Builtins alone, but for sleep.
    /// </summary>
    private const string Wait = """
        listens() {
            for f in /proc/net/tcp /proc/net/tcp6; do
                [ -r "$f" ] || continue
                while read -r _ local _ state _; do
                    [ "$state" = 0A ] && case $local in *:"$1") return 0 ;; esac
                done < "$f"
            done
            return 1
        }
        [ -r /proc/net/tcp ] || { echo "/proc/net/tcp cannot be read" >&2; exit 4; }
        n=0
        until listens "$1"; do
            n=$((n + 1))
            [ "$n" -ge "$2" ] && exit 3
            sleep 0.2 2>/dev/null || sleep 1
        done
        """;

    /// <summary>Whether something listens on a port now.</summary>
    public static Task<bool> IsOpenAsync(Sandbox sandbox, int port, CancellationToken cancellationToken) =>
        LookAsync(sandbox, port, 1, cancellationToken);

    /// <summary>Waits until something listens on a port.</summary>
    public static async Task WaitAsync(Sandbox sandbox, int port, CancellationToken cancellationToken)
    {
        while (!await LookAsync(sandbox, port, LooksPerRun, cancellationToken).ConfigureAwait(false))
        {
        }
    }

    /// <summary>The ports on which something listens, in order.</summary>
    public static async Task<IReadOnlyList<int>> ListAsync(Sandbox sandbox, CancellationToken cancellationToken)
    {
        CommandResult result = await RunAsync(sandbox, "cat /proc/net/tcp /proc/net/tcp6 2>/dev/null; :", [], cancellationToken).ConfigureAwait(false);
        var ports = new SortedSet<int>();
        foreach (string line in result.StandardOutput.Split('\n'))
        {
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns is [_, var local, _, "0A", ..]
                && int.TryParse(local.AsSpan(local.LastIndexOf(':') + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int port))
            {
                ports.Add(port);
            }
        }

        return ports.ToArray();
    }

    private static async Task<bool> LookAsync(Sandbox sandbox, int port, int looks, CancellationToken cancellationToken)
    {
        string[] arguments = [port.ToString("X4", CultureInfo.InvariantCulture), looks.ToString(CultureInfo.InvariantCulture)];
        CommandResult result = await RunAsync(sandbox, Wait, arguments, cancellationToken).ConfigureAwait(false);
        return result.ExitCode switch
        {
            0 => true,
            NotYet => false,
            _ => throw new E2BException(
                $"Could not look at the ports of the sandbox {sandbox.SandboxId}: {Reason(result)} (exit code {result.ExitCode}).") { SandboxId = sandbox.SandboxId },
        };
    }

    private static Task<CommandResult> RunAsync(Sandbox sandbox, string script, string[] arguments, CancellationToken cancellationToken)
    {
        var command = new ProcessCommand("/bin/sh", (string[])["-c", script, "sh", .. arguments]);
        return sandbox.Commands.RunAsync(command, new CommandOptions { Timeout = TimeSpan.Zero }, cancellationToken);
    }

    private static string Reason(CommandResult result) =>
        result.StandardError.Trim() is { Length: > 0 } said ? said : "the command for it failed";
}
