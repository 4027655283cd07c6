using System.Security.Cryptography;
using System.Text;

namespace E2B.Git;

/// <summary>
/// Hands a credential to git without leaving it anywhere: a POSIX shell reads it from its stdin into a file that has no
/// name any more, and stays git's parent. Git's question for the credential is answered from that file, by way of the
/// shell's open files, which nobody but its user and root can reach. With the shell, however it ends, the file is gone.
/// </summary>
internal static class CredentialHandover
{
    /// <summary>
    /// $1 a name for the file, then git and its arguments. The file is in memory where it can be, gets its content
    /// when its name is removed, and is not among the open files that git and its hooks inherit: what one of those
    /// leaves running in the background does not keep it. A variable of the caller's that has one of the names used here
    /// would be exported, with what is read into it, to the programs that run meanwhile.
    /// </summary>
    private const string Script = """
        set +a +x; unset user password
        IFS= read -r user && IFS= read -r password || { echo "e2b: no credential came" >&2; exit 125; }
        mask=$(umask); umask 077; set -C
        f=
        for d in /dev/shm "${TMPDIR:-/tmp}" "$HOME"; do
            [ -d "$d" ] && [ -w "$d" ] && command exec 3>"$d/$1" && f=$d/$1 && break
        done 2>/dev/null
        [ -n "$f" ] || { echo "e2b: there is no directory for the credential" >&2; exit 125; }
        exec 4<"$f"
        rm -f -- "$f" && [ ! -e "$f" ] || exit 125
        printf 'username=%s\npassword=%s\n' "$user" "$password" >&3
        exec 3>&-
        unset user password
        umask "$mask"
        shift
        (exec 4<&- </dev/null; export E2B_GIT_CREDENTIAL="/proc/$$/fd/4"; exec "$@")
        exit
        """;

    /// <summary>What git runs, with "get", "store" or "erase" as its argument.</summary>
    private const string Helper = "!f() { test \"$1\" != get || cat \"$E2B_GIT_CREDENTIAL\"; }; f";

    public static ProcessCommand Command(IReadOnlyList<string> git) =>
        new("/bin/sh", (string[])["-c", Script, "sh", $".e2b-{Convert.ToHexString(RandomNumberGenerator.GetBytes(16)).ToLowerInvariant()}", .. git]);

    /// <summary>Settings of git's for one run: that servers get the credential, and that no other helper learns of it.</summary>
    public static IEnumerable<string> Settings(IEnumerable<string> servers) =>
        servers.SelectMany(static server => new[] { "-c", $"credential.{server}.helper=", "-c", $"credential.{server}.helper={Helper}" });

    public static byte[] Input(GitCredential credential) => Encoding.UTF8.GetBytes($"{credential.UserName}\n{credential.Password}\n");
}
