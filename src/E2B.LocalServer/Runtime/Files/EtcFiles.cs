namespace E2B.LocalServer.Runtime;

/// <summary>The files of a sandbox's /etc that are written and not copied, and the two homes' start-up files.</summary>
internal static class EtcFiles
{
    public const string HostName = "e2b";

    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["passwd"] = """
            root:x:0:0:root:/root:/bin/bash
            daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
            bin:x:2:2:bin:/bin:/usr/sbin/nologin
            sys:x:3:3:sys:/dev:/usr/sbin/nologin
            man:x:6:12:man:/var/cache/man:/usr/sbin/nologin
            mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
            www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
            user:x:1000:1000::/home/user:/bin/bash
            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin

            """,
        ["group"] = """
            root:x:0:
            daemon:x:1:
            bin:x:2:
            sys:x:3:
            adm:x:4:
            tty:x:5:
            disk:x:6:
            mail:x:8:
            man:x:12:
            sudo:x:27:user
            www-data:x:33:
            shadow:x:42:
            utmp:x:43:
            video:x:44:
            staff:x:50:
            users:x:100:
            user:x:1000:
            nogroup:x:65534:

            """,
        ["hostname"] = HostName + "\n",
        ["hosts"] = """
            127.0.0.1 localhost
            127.0.1.1 e2b
            ::1 localhost ip6-localhost ip6-loopback

            """,
        ["resolv.conf"] = "# No name server: this sandbox has no network but its own loopback.\n",
        ["nsswitch.conf"] = """
            passwd: files
            group: files
            shadow: files
            hosts: files dns
            networks: files
            protocols: files
            services: files
            rpc: files

            """,
        ["profile"] = """
            # Read by login shells.
            export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
            if [ -n "$BASH_VERSION" ] && [ "$PS1" ]; then
                . /etc/bash.bashrc
            fi
            for part in /etc/profile.d/*.sh; do
                [ -r "$part" ] && . "$part"
            done
            unset part

            """,
        ["profile.d/00-umask.sh"] = "umask 022\n",
        ["bash.bashrc"] = """
            # Read by interactive shells.
            [ -z "$PS1" ] && return
            shopt -s checkwinsize
            PS1='\u@\h:\w\$ '

            """,
        ["environment"] = string.Empty,
        ["fstab"] = string.Empty,
        ["shells"] = "/bin/sh\n/bin/bash\n/usr/bin/sh\n/usr/bin/bash\n",
    };

    public const string UserProfile = """
        # Read by login shells.
        if [ -n "$BASH_VERSION" ] && [ -f "$HOME/.bashrc" ]; then
            . "$HOME/.bashrc"
        fi
        if [ -d "$HOME/.local/bin" ]; then
            PATH="$HOME/.local/bin:$PATH"
        fi

        """;

    public const string UserBashSettings = """
        # Read by interactive shells.
        case $- in
            *i*) ;;
            *) return ;;
        esac
        HISTCONTROL=ignoreboth
        alias ls='ls --color=auto'
        alias grep='grep --color=auto'

        """;
}
