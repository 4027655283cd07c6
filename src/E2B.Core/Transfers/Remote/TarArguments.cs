namespace E2B.Transfers.Remote;

/// <summary>How the tar of a sandbox is told to write what is named on its input.</summary>
internal static class TarArguments
{
    private const string Ask = "case $(tar --version 2>&1) in *GNU*) echo gnu ;; *usybox*|*usyBox*) echo busybox ;; *bsdtar*) echo bsd ;; esac";

    // Names are absolute; without -P each would bring a message. .NET reads no line ends in the names of pax archives, so
    // it is GNU's form, which has whole seconds; the rest of a time is in the listing.
    private static readonly string[] _gnu =
    [
        "-c", "-P", "--format=gnu", "--hard-dereference", "--no-recursion",
        "--quoting-style=literal", "--null", "-f", "-", "-T", "-",
    ];

    private static readonly string[] _bsd = ["-c", "-P", "--format", "gnutar", "--no-recursion", "--null", "-f", "-", "-T", "-"];

    /// <summary>The arguments, or <see langword="null"/> where no tar is that can do it: BusyBox's has no way to name odd files, and sends hard links.</summary>
    public static async Task<string[]?> FindAsync(SandboxShell shell, CancellationToken cancellationToken)
    {
        CommandResult result = await shell.RunAsync(Ask, [], cancellationToken).ConfigureAwait(false);
        return result.StandardOutput.Trim() switch
        {
            "gnu" => _gnu,
            "bsd" => _bsd,
            _ => null,
        };
    }
}
