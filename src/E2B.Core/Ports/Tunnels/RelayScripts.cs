namespace E2B.Ports.Tunnels;

/// <summary>
/// What stands in the sandbox at the other end of a tunnel's connection: a single process that connects to the port and
/// passes bytes between it and its stdin and stdout, in the frames of <see cref="RelayFrames"/>. It ends by itself when
/// both directions have ended, and when nothing has come for 90 s, since then its client is gone.
/// </summary>
/// <remarks>
/// Its exit code is 0 when all was passed. Until it knows that all was passed, its end, however it comes, is a reset for the program on the port, so
/// that nobody takes a part for the whole.
/// </remarks>
internal static class RelayScripts
{
    /// <summary>The exit code when no connection could be made; the reason is on stderr.</summary>
    public const int Refused = 111;

    /// <summary>The exit code when the program on the port broke the connection.</summary>
    public const int Broken = 104;

    /// <summary>The exit code when its stdin ended, or nothing came any more.</summary>
    public const int Unfed = 1;

    /// <summary>The exit code of a shell that finds no program.</summary>
    public const int NoInterpreter = 127;

    /// <summary>For the shell: $1 is the port. The scripts come in the environment, since arguments are kept in the sandbox's log.</summary>
    public const string Shell = """
        if command -v perl >/dev/null 2>&1; then exec perl -e "$E2B_RELAY_PERL" "$1"; fi
        if command -v python3 >/dev/null 2>&1; then exec python3 -I -c "$E2B_RELAY_PYTHON" "$1"; fi
        exit 127
        """;

    /// <summary>Every Debian and Ubuntu has what this needs (perl-base). It is connected after half the time that the other takes.</summary>
    public const string Perl = """
        use strict; use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6 IPPROTO_TCP TCP_NODELAY); use Fcntl; use Errno qw(EAGAIN EINTR);
        binmode STDIN; binmode STDOUT; $SIG{PIPE} = 'IGNORE';
        my ($s, $why);
        for my $to ([PF_INET, pack_sockaddr_in($ARGV[0], INADDR_LOOPBACK)], [PF_INET6, pack_sockaddr_in6($ARGV[0], inet_pton(AF_INET6, '::1'))]) {
            socket(my $t, $to->[0], SOCK_STREAM, 0) or $why //= $!, next;
            connect($t, $to->[1]) or $why //= $!, next;
            $s = $t; last;
        }
        unless ($s) { print STDERR $why; exit 111 }
        setsockopt($s, IPPROTO_TCP, TCP_NODELAY, 1);
        setsockopt($s, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
        fcntl($_, F_SETFL, fcntl($_, F_GETFL, 0) | O_NONBLOCK) for $s, \*STDIN, \*STDOUT;
        my ($max, $raw, $down, $up, $need, $shut, $end, $eof, $dead, $heard) = (262144, '', '', pack('N', 0), 0, 0, 0, 0, 0, time);
        my ($fi, $fo, $fs) = (fileno(STDIN), fileno(STDOUT), fileno($s));
        sub failed { !$!{EAGAIN} && !$!{EINTR} }
        while (1) {
            if ($end && !$shut && $down eq '') { $shut = 1; shutdown($s, 1) or $dead = 1 }
            if ($up eq '') {
                exit 104 if $dead;
                if ($eof && $shut) { setsockopt($s, SOL_SOCKET, SO_LINGER, pack('ii', 0, 0)); exit 0 }
            }
            my ($r, $w, $listens) = ('', '', length($down) < $max);
            vec($r, $fi, 1) = 1 if $listens;
            vec($r, $fs, 1) = 1 if !$eof && !$dead && length($up) < $max;
            vec($w, $fo, 1) = 1 if $up ne '';
            vec($w, $fs, 1) = 1 if $down ne '' && !$dead;
            select($r, $w, undef, 15);
            if (vec($r, $fi, 1)) {
                my $n = sysread(STDIN, $raw, 65536, length $raw);
                if (defined $n) { exit 1 unless $n; $heard = time } elsif (failed()) { exit 1 }
                while (length $raw) {
                    if ($need) { my $part = substr($raw, 0, $need, ''); $need -= length $part; $down .= $part }
                    elsif (length $raw < 4) { last }
                    else { $need = unpack('N', substr($raw, 0, 4, '')); if ($need == 0xFFFFFFFF) { $end = 1; $need = 0 } }
                }
            }
            exit 1 if $listens && time - $heard > 90;
            if (vec($r, $fs, 1)) {
                my $n = sysread($s, my $part, 65536);
                if (!defined $n) { $dead = 1 if failed() }
                elsif ($n) { $up .= pack('N', $n) . $part }
                else { $eof = 1; $up .= pack('N', 0xFFFFFFFF) }
            }
            if (vec($w, $fs, 1)) {
                my $n = syswrite($s, $down);
                if (defined $n) { substr($down, 0, $n, '') } elsif (failed()) { $dead = 1; $down = '' }
            }
            if (vec($w, $fo, 1)) {
                my $n = syswrite(STDOUT, $up);
                if (defined $n) { substr($up, 0, $n, '') } elsif (failed()) { exit 1 }
            }
        }
        """;

    /// <summary>The same, line by line, for where there is no Perl.</summary>
    public const string Python = """
        import os, select, socket, struct, sys, time
        s = why = None
        for family, host in (socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1'):
            try:
                t = socket.socket(family, socket.SOCK_STREAM)
                t.connect((host, int(sys.argv[1])))
                s = t
                break
            except OSError as e:
                why = why or e.strerror
        if not s:
            sys.stderr.write(why)
            os._exit(111)
        linger = lambda on: s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', on, 0))
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        linger(1)
        for f in 0, 1:
            os.set_blocking(f, False)
        s.setblocking(False)
        LIMIT, END = 262144, 0xFFFFFFFF
        raw, down, up = bytearray(), bytearray(), bytearray(4)
        need, shut, end, eof, dead, heard = 0, False, False, False, False, time.time()
        def attempt(call, *about):
            try:
                return call(*about)
            except (BlockingIOError, InterruptedError):
                return None
        while True:
            if end and not shut and not down:
                shut = True
                try:
                    s.shutdown(socket.SHUT_WR)
                except OSError:
                    dead = True
            if not up:
                if dead:
                    os._exit(104)
                if eof and shut:
                    linger(0)
                    os._exit(0)
            listens = len(down) < LIMIT
            reads = ([0] if listens else []) + ([s] if not eof and not dead and len(up) < LIMIT else [])
            writes = ([1] if up else []) + ([s] if down and not dead else [])
            r, w, _ = select.select(reads, writes, [], 15)
            try:
                if 0 in r:
                    part = attempt(os.read, 0, 65536)
                    if part == b'':
                        os._exit(1)
                    if part:
                        heard = time.time()
                        raw += part
                    at = 0
                    while at < len(raw):
                        if need:
                            n = min(need, len(raw) - at)
                            down += memoryview(raw)[at:at + n]
                            need -= n
                            at += n
                        elif len(raw) - at < 4:
                            break
                        else:
                            need = struct.unpack_from('>I', raw, at)[0]
                            at += 4
                            if need == END:
                                end, need = True, 0
                    del raw[:at]
                if 1 in w:
                    n = attempt(os.write, 1, up)
                    if n:
                        del up[:n]
            except OSError:
                os._exit(1)
            if listens and time.time() - heard > 90:
                os._exit(1)
            try:
                if s in r:
                    part = attempt(s.recv, 65536)
                    if part:
                        up += struct.pack('>I', len(part)) + part
                    elif part is not None:
                        eof = True
                        up += struct.pack('>I', END)
                if s in w:
                    n = attempt(s.send, down)
                    if n:
                        del down[:n]
            except OSError:
                dead = True
                down.clear()
        """;
}
