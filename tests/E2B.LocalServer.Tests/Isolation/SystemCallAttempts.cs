using Xunit;

namespace E2B.LocalServer.Tests.Isolation;

/// <summary>System calls that lead to parts of the kernel no sandbox needs. The protection is the filter.</summary>
[Collection(Attempts.Name)]
public sealed class SystemCallAttempts(IsolationWorld world)
{
    /// <summary>Each with its number on x86-64 and ARM, its arguments, and a right without which the kernel itself would refuse.</summary>
    private static readonly (string Name, int X86, int Arm, string Arguments, string? Capability)[] _calls =
    [
        ("unshare, a new user namespace", 272, 97, "0x10000000", null),
        ("unshare, a new network", 272, 97, "0x50000000", null),
        ("setns", 308, 268, "-1, 0", null),
        ("keyctl", 250, 219, "0, -3, 1", null),
        ("add_key", 248, 217, "b'user', b'name', b'value', 5, -3", null),
        ("request_key", 249, 218, "b'user', b'name', 0, -3", null),
        ("bpf", 321, 280, "9999, ctypes.create_string_buffer(128), 128", null),
        ("userfaultfd", 323, 282, "1", null),
        ("io_uring_setup", 425, 425, "1, ctypes.create_string_buffer(256)", null),
        ("perf_event_open", 298, 241, "0, 0, 0, -1, 0xffffffff", null),
        ("kcmp", 312, 272, "os.getpid(), os.getpid(), 1", null),
        ("set_mempolicy", 238, 237, "0, 0, 0", null),
        ("move_pages", 279, 239, "0, 0, 0, 0, 0, 0", null),
        ("fanotify_init", 300, 262, "0x200, 0", null),
        ("pidfd_getfd", 438, 438, "-1, 0, 0", null),
        ("process_madvise", 440, 440, "-1, 0, 0, 0, 0", null),
        ("personality, executable memory", 135, 92, "0x0400000", null),
        ("socket of the kernel's ciphers", 41, 198, "38, 5, 0", null),
        ("socket of virtual machines", 41, 198, "40, 1, 0", null),
        ("mount", 165, 40, "b'x', b'/mnt', b'tmpfs', 0, 0", "CAP_SYS_ADMIN"),
        ("umount", 166, 39, "b'/dev/shm', 2", "CAP_SYS_ADMIN"),
        ("pivot_root", 155, 41, "b'/', b'/'", "CAP_SYS_ADMIN"),
        ("fsopen", 430, 430, "b'tmpfs', 0", "CAP_SYS_ADMIN"),
        ("reboot", 169, 142, "0, 0, 0, 0", "CAP_SYS_BOOT"),
        ("sethostname", 170, 161, "b'host', 4", "CAP_SYS_ADMIN"),
    ];

    public static TheoryData<string> Names => [.. _calls.Select(call => call.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task Is_refused(string name)
    {
        var (_, x86, arm, arguments, capability) = _calls.Single(call => call.Name == name);
        return world.RefusedAsync(new Attempt(name, Attempt.SystemCall(x86, arm, arguments))
        {
            Always = (change, _) =>
            {
                if (capability is not null)
                {
                    change.AddCapability(capability);
                }
            },
            Without = (change, _) => change.WithoutSystemCallFilter(),
        });
    }

    [Fact]
    public Task Clone3_hides_its_flags_and_is_unknown() => world.RefusedAsync(new Attempt("clone3, a new user namespace", Attempt.Python("""
        arguments = struct.pack('8Q', 0x10000000, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
        result, error = call(435, 435, arguments, len(arguments))
        if result == 0:
            os._exit(0)
        got_in(result > 0, result, error)
        """))
    {
        Without = (change, _) => change.WithoutSystemCallFilter(),
    });

    [Fact]
    public Task Programs_of_the_32_bit_kind_are_filtered_too()
    {
        // int 0x80 with the number of keyctl there (288): mov eax,ebx,ecx,edx; int 0x80; ret.
        Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "Only these processors have them.");
        return world.RefusedAsync(new Attempt("keyctl, by the 32-bit door", Attempt.Python("""
            import mmap
            code = b'\x53\xb8\x20\x01\x00\x00\x31\xdb\xb9\xfd\xff\xff\xff\xba\x01\x00\x00\x00\xcd\x80\x5b\xc3'
            memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
            memory.write(code)
            address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
            result = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
            got_in(result > 0, result)
            """))
        {
            Without = (change, _) => change.WithoutSystemCallFilter(),
        });
    }
}
