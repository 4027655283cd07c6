namespace E2B.Commands;

/// <summary>The script that finds and signals a process's descendants, inside the sandbox.</summary>
/// <remarks>
/// For any POSIX shell, busybox's too: it reads <c>/proc</c> and uses builtins, and starts nothing. Arguments: the
/// process and the signal. It prints lines: <c>gone</c> when the process has ended or is no child of the daemon (whose child
/// the script is itself), else <c>sent</c>, <c>refused</c> and <c>killed</c>, each with the process ids. For SIGTERM
/// it then reads lines: for each it prints <c>left</c> and how many are, and <c>kill</c> makes it kill those.
/// </remarks>
internal static class TreeStopScript
{
    /// <summary>Asks how many are left.</summary>
    public const string Look = "look\n";

    /// <summary>Kills those that are left.</summary>
    public const string Kill = "kill\n";

    /// <summary>The script.</summary>
    public const string Text =
        """
        # stat: sets state, parent and born of process $1. Its name may hold anything but stands in front of the last ')'.
        stat() {
            { read -r line; } 2>/dev/null <"/proc/$1/stat" || return 1
            line=${line##*)}
            set -- $line
            state=$1 parent=$2 born=${20}
        }
        # halt: stops all of $tree and below. A halted process does not fork, so a look that finds nobody new is the last;
        # one that runs still has not got the signal, and is waited for a little.
        halt() {
            looks=0
            for p in $tree; do kill -s STOP "$p" 2>/dev/null; done
            while [ "$looks" -lt 100 ]; do
                looks=$((looks + 1)) new= busy=
                for d in /proc/[0-9]*; do
                    p=${d#/proc/}
                    stat "$p" || continue
                    case $tree in
                    *" $p "*)
                        case $state in R) busy=1 ;; S) [ "$looks" -lt 10 ] && busy=1 ;; esac
                        continue ;;
                    esac
                    case $state in Z | X) continue ;; esac
                    case $tree in
                    *" $parent "*)
                        kill -s STOP "$p" 2>/dev/null
                        tree="$tree$p " marks="$marks$p:$born " new=1 ;;
                    esac
                done
                [ -z "$new$busy" ] && return
            done
        }
        # signal: sends $1 to all of $tree; sets done and refused.
        signal() {
            done= refused=
            for p in $tree; do
                if kill -s "$1" "$p" 2>/dev/null; then
                    done="$done $p"
                elif stat "$p"; then
                    case $state in Z | X) ;; *) refused="$refused $p" ;; esac
                fi
            done
        }
        # left: makes $tree those of $marks that are still themselves and no corpses.
        left() {
            tree=' ' count=0
            for m in $marks; do
                if stat "${m%:*}" && [ "$born" = "${m#*:}" ]; then
                    case $state in Z | X) ;; *) tree="$tree${m%:*} " count=$((count + 1)) ;; esac
                fi
            done
        }
        if stat "$1" && [ "$parent" = "$PPID" ] && [ "$state" != Z ]; then
            tree=" $1 " marks="$1:$born "
        else
            echo gone
            exit
        fi
        halt
        signal "$2"
        echo "sent$done"
        echo "refused$refused"
        [ "$2" = KILL ] && exit
        back=
        for p in $tree; do back="$p $back"; done
        for p in $back; do kill -s CONT "$p" 2>/dev/null; done
        while read -r word; do
            left
            echo "left $count"
            [ "$count" = 0 ] && exit
            if [ "$word" = kill ]; then
                halt
                signal KILL
                echo "killed$done"
                echo "refused$refused"
                exit
            fi
        done
        """;
}
