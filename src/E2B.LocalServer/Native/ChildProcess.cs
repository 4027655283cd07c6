namespace E2B.LocalServer.Native;

/// <summary>
/// Starts programs with chosen descriptors, which System.Diagnostics.Process cannot: that one hands over
/// stdin, stdout and stderr only. Every other descriptor of ours is close-on-exec.
/// </summary>
internal static unsafe class ChildProcess
{
    private const short SetProcessGroup = 0x02;
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;

    // posix_spawnattr_t is the largest of the C library's opaque structures used here, with 336 bytes.
    private const int OpaqueSize = 512;

    /// <summary>
    /// Starts a program in a process group of its own (a Ctrl+C at the server's terminal is not for it) and with
    /// fresh signal settings. <paramref name="descriptors"/> are its descriptors 0, 1, 2 and so on; each must be
    /// numbered higher than their count, or one would overwrite another.
    /// </summary>
    public static int Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, params ReadOnlySpan<int> descriptors)
    {
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        var signals = stackalloc byte[OpaqueSize];
        _ = Libc.SpawnActionsInit(actions);
        _ = Libc.SpawnAttributesInit(attributes);
        try
        {
            for (var i = 0; i < descriptors.Length; i++)
            {
                if (descriptors[i] < descriptors.Length)
                {
                    throw new ArgumentException("A descriptor to hand over has too low a number.", nameof(descriptors));
                }

                _ = Libc.SpawnActionsAddDuplicate(actions, descriptors[i], i);
            }

            _ = Libc.SpawnAttributesSetFlags(attributes, SetProcessGroup | SetSignalDefaults | SetSignalMask);
            _ = Libc.EmptySignalSet(signals);
            _ = Libc.SpawnAttributesSetSignalMask(attributes, signals);
            _ = Libc.FillSignalSet(signals);
            _ = Libc.SpawnAttributesSetSignalDefaults(attributes, signals);

            using var nativeArguments = new NativeStrings([path, .. arguments]);
            using var nativeEnvironment = new NativeStrings(environment);
            int pid;
            var error = Libc.Spawn(&pid, path, actions, attributes, nativeArguments.Pointer, nativeEnvironment.Pointer);
            return error == 0 ? pid : throw new LinuxException("posix_spawn", path, error);
        }
        finally
        {
            _ = Libc.SpawnAttributesDestroy(attributes);
            _ = Libc.SpawnActionsDestroy(actions);
        }
    }
}
