using System.Collections;
using System.Globalization;

namespace E2B.LocalServer.Native;

/// <summary>Gives the server a mount namespace of its own, so that its mounts vanish with it, however it dies.</summary>
internal static unsafe class MountNamespace
{
    /// <summary>Holds the process id of the program that has done it; an exec keeps the id, a child has another.</summary>
    private const string Marker = "E2B_LOCAL_MOUNT_NAMESPACE";

    private const int NewMountNamespace = 0x20000;
    private const int SetMask = 2;
    private const int ChildSignal = 17;

    /// <summary>
    /// Moves the program into a mount namespace of its own by starting it again in place: <c>unshare</c> moves one
    /// thread only, and an exec makes that thread the whole process. Returns at once in the program started again.
    /// Call it first in Main, before anything is open or running that must not be lost.
    /// </summary>
    public static void EnterAndReexec()
    {
        var self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (Environment.GetEnvironmentVariable(Marker) == self)
        {
            Environment.SetEnvironmentVariable(Marker, null);
            return;
        }

        LinuxException.Check(Libc.Unshare(NewMountNamespace), "unshare", "CLONE_NEWNS");
        Mounts.MakeSlaveRecursively("/");

        // .NET's own copy of the environment: what it sets never reaches the C library's.
        var environment = new List<string>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if ((string)variable.Key != Marker)
            {
                environment.Add($"{variable.Key}={variable.Value}");
            }
        }

        environment.Add($"{Marker}={self}");
        var commandLine = File.ReadAllText("/proc/self/cmdline").Split('\0')[..^1];

        // Handlers fall back to their defaults by themselves, but "ignored" and the mask outlive an exec. An ignored
        // SIGCHLD would make the system reap our children before we could ask for their exit codes.
        var signals = stackalloc byte[512];
        _ = Libc.EmptySignalSet(signals);
        _ = Libc.ThreadSignalMask(SetMask, signals, null);
        _ = Libc.SetSignal(ChildSignal, 0);

        using var arguments = new NativeStrings(commandLine);
        using var variables = new NativeStrings(environment);
        _ = Libc.Execute("/proc/self/exe", arguments.Pointer, variables.Pointer);
        throw LinuxException.Last("execve", "/proc/self/exe");
    }
}
