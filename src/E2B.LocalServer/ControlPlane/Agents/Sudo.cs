using System.Text.RegularExpressions;

namespace E2B.LocalServer.ControlPlane;

/// <summary>
/// Stands in for sudo in what templates run. In the cloud the usual user may become root by it. In a sandbox here no
/// program can: processes get no new privileges, which is what keeps sandboxes in. So a command that uses it is run as root
/// as a whole, with a function sudo that is given the rest. What stands beside it in the command is root's too then.
/// </summary>
internal static partial class Sudo
{
    // $1 the user, $2 anything where the command begins in that one's home. Words such as ~ and $HOME stay the user's.
    // As sudo does: the usual PATH, and no variables but with -E.
    private const string Function = """
        if [ "$1" != root ]; then
            case " $(id -nG "$1") " in
                *" sudo "*|*" wheel "*) ;;
                *) echo "sudo: $1 may not become root" >&2; exit 1 ;;
            esac
            HOME=$(getent passwd "$1" | cut -d: -f6) USER=$1 LOGNAME=$1
            export HOME USER LOGNAME
            if [ -n "$2" ]; then cd || exit 1; fi
        fi
        sudo() (
            keep= as= home=
            while [ $# -gt 0 ]; do
                case $1 in
                    -E|--preserve-env|--preserve-env=*) keep=1 ;;
                    -H|--set-home) home=1 ;;
                    -n|-S|-b|--non-interactive|--stdin) ;;
                    -nE|-En|-SE|-ES) keep=1 ;;
                    -HE|-EH) keep=1 home=1 ;;
                    -u|--user) as=$2; shift ;;
                    -u*) as=${1#-u} ;;
                    --user=*) as=${1#--user=} ;;
                    --) shift; break ;;
                    -*) echo "sudo: the local server's has no option $1" >&2; exit 1 ;;
                    *) break ;;
                esac
                shift
            done
            path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
            name=${as:-root}
            place=$(getent passwd "$name" | cut -d: -f6)
            if [ -z "$place" ]; then echo "sudo: unknown user $name" >&2; exit 1; fi
            if [ -n "$keep" ]; then
                set -- env PATH="$path" ${home:+HOME="$place"} USER="$name" LOGNAME="$name" SUDO_USER="$USER" "$@"
            else
                set -- env -i PATH="$path" HOME="$place" USER="$name" LOGNAME="$name" SUDO_USER="$USER" ${TERM:+TERM="$TERM"} ${LANG:+LANG="$LANG"} "$@"
            fi
            if [ "$name" != root ]; then set -- setpriv --reuid "$name" --regid "$(id -g "$name")" --init-groups "$@"; fi
            exec "$@"
        )
        """;

    /// <summary>The command as it can be run here.</summary>
    public static AgentCommandLine Apply(AgentCommandLine command) => UsesSudo().IsMatch(command.Text)
        ? command with
        {
            // On its first line, so that what the shell says of the command's lines has their numbers.
            Text = "eval \"$3\"; shift $#; " + command.Text,
            Arguments = [command.Context.User, command.Context.WorkDir is null ? "home" : string.Empty, Function],
            Context = command.Context with { User = "root" },
        }
        : command;

    [GeneratedRegex(@"(\A|[;&|({`\n]|(\A|\s)(then|do|else|if|elif|while|until|time|!)\s)\s*(\w+=\S*\s+)*sudo\s", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex UsesSudo();
}
