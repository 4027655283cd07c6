namespace E2B.Transfers.Remote;

/// <summary>
/// What runs in the sandbox beside tar: POSIX shell scripts that get paths as arguments, never as text, and work with
/// the tools of GNU and of BusyBox.
/// </summary>
internal static class SandboxScripts
{
    /// <summary>
    /// Looks at the destination and makes the staging directory on the same file system: within a directory that is
    /// there, else beside it. $1 path, $2 tree or file, $3 the staging's name, $4 whether to look for tar. Writes, with a
    /// zero after each: new, merge or file; the destination; the staging directory; whose tar there is.
    /// </summary>
    public const string Prepare = """
        d=$1
        case $d in /*) ;; .) d=$PWD ;; *) d=$PWD/$d ;; esac
        while case $d in ?*/) true ;; *) false ;; esac; do d=${d%/}; done
        if [ -d "$d" ]; then
            [ "$2" = tree ] || { echo "e2b-in-the-way: a directory is there already" >&2; exit 1; }
            v=merge; s=${d%/}/$3
        else
            v=new
            if [ "$2" = tree ]; then
                if [ -e "$d" ] || [ -L "$d" ]; then echo "e2b-in-the-way: something that is no directory is there already" >&2; exit 1; fi
            else
                v=file
            fi
            p=${d%/*}
            mkdir -p -- "${p:-/}" || exit 1
            s=$p/$3
        fi
        mkdir -m 700 -- "$s" || exit 1
        t=none
        case $(tar --version 2>&1) in *GNU*) t=gnu ;; *usybox*|*usyBox*) t=busybox ;; *bsdtar*) t=bsd ;; *[0-9]*) tar --help >/dev/null 2>&1 && t=other ;; esac
        printf '%s\0' "$v" "$d" "$s" "$t"
        """;

    /// <summary>
    /// Makes and marks entries in the staging directory $1. Lines on stdin, with octal escapes: what (d a directory, f a
    /// file, l a link), mode, time in seconds, path, and of a link where it leads. $2 says whether directories and links
    /// are to be made as well.
    /// </summary>
    public const string Mark = """
        cd -- "$1" || exit 1
        while read -r kind mode time path target; do
            path=$(printf '%b.' "$path"); path=${path%.}
            case $kind in
                m) mkdir -p -- "$path" || continue ;;
                d|f) touch -d "@$time" -- "$path" 2>/dev/null || touch -d "@${time%.*}" -- "$path"
                   chmod "$mode" -- "$path" ;;
                l) target=$(printf '%b.' "$target"); target=${target%.}
                   case $path in */*) mkdir -p -- "${path%/*}" ;; esac
                   ln -s -- "$target" "$path" && touch -h -d "@$time" -- "$path" 2>/dev/null ;;
                r) rm -f -- "$path" ;;
            esac
        done
        exit 0
        """;

    /// <summary>
    /// Puts the staging directory $2 into its place $3, by $1: new, merge or file (then $5 is its name in there). What is replaced is replaced by
    /// renaming, or unlinked first: nobody reads half a file. $4 is the mode of a new directory, empty for the usual.
    /// </summary>
    public const string Commit = """
        v=$1; s=$2; d=$3
        if [ "$v" = new ]; then
            [ -n "$4" ] || chmod "$(printf '%o' "$((0777 & ~$(umask)))")" "$s"
            mv -T -- "$s" "$d"
            exit
        fi
        cd -- "$s" || exit 1
        if [ "$v" = file ]; then
            mv -f -T -- "./$5" "$d" || exit 1
            cd / && rmdir -- "$s"
            exit
        fi
        find . ! -name . -prune -exec sh -c '
            d=$1; shift
            for t do
                shift
                if [ -d "$t" ] && [ ! -L "$t" ]; then
                    if [ ! -e "$d/$t" ] && [ ! -L "$d/$t" ]; then set -- "$@" "$t"; fi
                elif [ -d "$d/$t" ] && [ ! -L "$d/$t" ]; then
                    echo "e2b-in-the-way:$t" >&2; rm -f -- "$t"
                else
                    set -- "$@" "$t"
                fi
            done
            [ "$#" -eq 0 ] || mv -f -- "$@" "${d%/}/" 2>/dev/null
            exit 0' sh "$d" {} +
        find . ! -name . -prune -exec sh -c '
            d=${1%/}/; shift
            o=-f; case $(cp --help 2>&1) in *--remove-destination*) o=--remove-destination ;; esac
            e=$(cp -al $o -- "$@" "$d" 2>&1) && exit 0
            case $e in *"hard link"*|*ross-device*|*"not permitted"*) e=$(cp -a $o -- "$@" "$d" 2>&1) && exit 0 ;; esac
            printf "%s\n" "$e" >&2' sh "$d" {} +
        cd / && { rm -rf -- "$s" 2>/dev/null || { chmod -R u+rwX -- "$s"; rm -rf -- "$s"; }; }
        """;

    /// <summary>
    /// Removes the staging directory $1, and ends what works on it: the process ids that follow. A request on its way
    /// may make the directory again, so it is looked for once more.
    /// </summary>
    public const string Abort = """
        s=$1; shift
        [ "$#" -eq 0 ] || kill -9 "$@" 2>/dev/null
        rm -rf -- "$s" 2>/dev/null || { chmod -R u+rwX -- "$s"; rm -rf -- "$s"; } 2>/dev/null
        echo done
        sleep 1
        rm -rf -- "$s" 2>/dev/null
        """;
}
