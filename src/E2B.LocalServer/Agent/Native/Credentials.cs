using System.Runtime.InteropServices;

namespace E2B.LocalServer.Agent.Native;

/// <summary>
/// Switches the user of the calling thread, and of no other. The C library's own functions switch the
/// whole process; the bare system calls concern one thread, and what that thread starts inherits them.
/// </summary>
internal static unsafe class Credentials
{
    private static readonly bool _arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private static nint SetGroups => _arm ? 159 : 116;

    private static nint SetResGid => _arm ? 149 : 119;

    private static nint SetResUid => _arm ? 147 : 117;

    /// <summary>
    /// Becomes the user. The saved ids stay root's, so that the thread can come back; a program that is
    /// started meanwhile has them replaced by its effective ones.
    /// </summary>
    public static void Enter(uint user, uint group, ReadOnlySpan<uint> groups)
    {
        fixed (uint* list = groups)
        {
            Check(Libc.SystemCall(SetGroups, groups.Length, (nint)list, 0), "setgroups");
        }

        Check(Libc.SystemCall(SetResGid, (nint)group, (nint)group, 0), "setresgid");
        Check(Libc.SystemCall(SetResUid, (nint)user, (nint)user, 0), "setresuid");
    }

    /// <summary>Becomes root again. A thread that cannot is of no use to anybody, and dangerous: the agent ends.</summary>
    public static void Leave()
    {
        if (Libc.SystemCall(SetResUid, 0, 0, 0) != 0
            || Libc.SystemCall(SetResGid, 0, 0, 0) != 0
            || Libc.SystemCall(SetGroups, 0, 0, 0) != 0)
        {
            Environment.FailFast("The thread that starts processes could not become root again.");
        }
    }

    private static void Check(nint result, string call)
    {
        if (result != 0)
        {
            throw UnixException.Last(call);
        }
    }
}
