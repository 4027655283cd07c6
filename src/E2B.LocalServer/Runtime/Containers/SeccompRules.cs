namespace E2B.LocalServer.Runtime;

/// <summary>
/// The system calls a sandbox may make: what the big container engines allow by default to a container with the
/// capabilities of <see cref="OciConfig"/>. Names a kernel or architecture does not have are passed over.
/// </summary>
internal static class SeccompRules
{
    /// <summary>Calls allowed with any arguments, by what they are about.</summary>
    public static string[] Allowed { get; } = Words(
        // Files: open, read, write, close.
        """
        open openat openat2 creat close close_range read readv pread64 preadv preadv2 write writev pwrite64 pwritev
        pwritev2 lseek _llseek dup dup2 dup3 fcntl fcntl64 ioctl flock readahead fadvise64 fadvise64_64
        arm_fadvise64_64 sync_file_range sync_file_range2 arm_sync_file_range sendfile sendfile64 copy_file_range splice
        tee vmsplice fsync fdatasync sync syncfs truncate truncate64 ftruncate ftruncate64 fallocate cachestat
        """,

        // Files: names, folders, attributes.
        """
        access faccessat faccessat2 chdir fchdir chroot getcwd mkdir mkdirat rmdir mknod mknodat link linkat symlink
        symlinkat readlink readlinkat rename renameat renameat2 unlink unlinkat getdents getdents64 umask
        stat stat64 fstat fstat64 fstatat64 lstat lstat64 newfstatat statx statfs statfs64 fstatfs fstatfs64
        statmount listmount name_to_handle_at
        chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 fchownat lchown lchown32
        utime utimes futimesat utimensat utimensat_time64
        getxattr getxattrat lgetxattr fgetxattr setxattr setxattrat lsetxattr fsetxattr listxattr listxattrat llistxattr
        flistxattr removexattr removexattrat lremovexattr fremovexattr
        inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark
        """,

        // Waiting for several things.
        """
        poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create epoll_create1 epoll_ctl
        epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait epoll_pwait2 eventfd eventfd2 pipe pipe2
        io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64
        """,

        // Memory.
        """
        brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock mlock2 mlockall munlock munlockall mseal
        pkey_alloc pkey_free pkey_mprotect memfd_create memfd_secret remap_file_pages map_shadow_stack membarrier
        """,

        // Processes and threads.
        """
        fork vfork execve execveat exit exit_group wait4 waitid waitpid prctl arch_prctl modify_ldt set_thread_area
        get_thread_area set_tid_address set_tls cacheflush breakpoint rseq set_robust_list get_robust_list
        getpid getppid gettid getpgid getpgrp setpgid getsid setsid pidfd_open pidfd_send_signal process_mrelease
        futex futex_time64 futex_requeue futex_wait futex_waitv futex_wake restart_syscall
        ptrace process_vm_readv process_vm_writev uretprobe
        getrlimit ugetrlimit setrlimit prlimit64 getrusage times getpriority setpriority ioprio_get ioprio_set
        sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam
        sched_getscheduler sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval
        sched_rr_get_interval_time64 getcpu
        """,

        // Who one is, and giving rights up.
        """
        getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32
        getgroups getgroups32 setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid
        setresuid32 setresgid setresgid32 setgroups setgroups32 setfsuid setfsuid32 setfsgid setfsgid32
        capget capset seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self
        """,

        // Signals.
        """
        kill tkill tgkill pause sigaltstack signalfd signalfd4 sigprocmask sigreturn rt_sigaction rt_sigpending
        rt_sigprocmask rt_sigqueueinfo rt_tgsigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
        rt_sigtimedwait_time64
        """,

        // Time.
        """
        time gettimeofday nanosleep clock_nanosleep clock_nanosleep_time64 clock_getres clock_getres_time64
        clock_gettime clock_gettime64 clock_adjtime clock_adjtime64 adjtimex alarm getitimer setitimer
        timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64
        timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64
        """,

        // Sockets; creating one has a rule of its own.
        """
        socketcall socketpair bind listen accept accept4 connect shutdown getsockname getpeername getsockopt setsockopt
        recv recvfrom recvmsg recvmmsg recvmmsg_time64 send sendto sendmsg sendmmsg
        """,

        // Messages, semaphores and memory shared between processes.
        """
        ipc mq_open mq_unlink mq_notify mq_getsetattr mq_timedreceive mq_timedreceive_time64 mq_timedsend
        mq_timedsend_time64 msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64
        shmat shmctl shmdt shmget
        """,

        // About the system.
        "uname sysinfo getrandom");

    /// <summary>Calls allowed only when one argument is as said.</summary>
    public static IReadOnlyList<Conditional> Conditionals { get; } =
    [
        // Every address family but 38 (AF_ALG, a door to kernel code few need) and 40 (AF_VSOCK, which leads past
        // network namespaces).
        new("socket", 0, "SCMP_CMP_LT", 38),
        new("socket", 0, "SCMP_CMP_EQ", 39),
        new("socket", 0, "SCMP_CMP_GT", 40),

        // Execution domains that change nothing dangerous: Linux, its 32-bit form, no random addresses, a question.
        new("personality", 0, "SCMP_CMP_EQ", 0x0),
        new("personality", 0, "SCMP_CMP_EQ", 0x8),
        new("personality", 0, "SCMP_CMP_EQ", 0x20000),
        new("personality", 0, "SCMP_CMP_EQ", 0x20008),
        new("personality", 0, "SCMP_CMP_EQ", 0xffff_ffff),

        // New processes and threads, in no new namespace of any kind.
        new("clone", 0, "SCMP_CMP_MASKED_EQ", NewNamespaces, 0),
    ];

    /// <summary>Refused as unknown, not as forbidden: C libraries then fall back to clone, whose flags a filter can see.</summary>
    public static string[] Unknown { get; } = ["clone3"];

    /// <summary>CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.</summary>
    private const ulong NewNamespaces = 0x7e02_0000;

    private static string[] Words(params string[] groups) =>
        [.. groups.SelectMany(group => group.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))];

    /// <param name="Name">The call.</param>
    /// <param name="Argument">Which argument is looked at, from 0.</param>
    /// <param name="Comparison">How, in libseccomp's name.</param>
    /// <param name="Value">What it is compared with; for a masked comparison, the mask.</param>
    /// <param name="Second">For a masked comparison, what must remain.</param>
    public sealed record Conditional(string Name, int Argument, string Comparison, ulong Value, ulong Second = 0);
}
