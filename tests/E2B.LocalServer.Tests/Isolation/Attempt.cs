namespace E2B.LocalServer.Tests.Isolation;

/// <summary>One attempt to get out of a sandbox, or to do harm to others from inside.</summary>
/// <param name="Name">What it is after.</param>
/// <param name="Script">
/// A script for bash in the sandbox. Its last line is <see cref="Succeeded"/> or <see cref="Refused"/>: silence proves nothing.
/// </param>
internal sealed record Attempt(string Name, string Script)
{
    public const string Succeeded = "GOT IN";
    public const string Refused = "REFUSED";

    /// <summary>What every attempt in Python may use.</summary>
    private const string PythonStart = """
        import ctypes, errno, os, platform, signal, socket, struct, sys, time
        libc = ctypes.CDLL(None, use_errno=True)
        def call(x86, arm, *arguments):
            number = x86 if platform.machine() == 'x86_64' else arm
            result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
            return result, ctypes.get_errno() if result < 0 else 0
        def got_in(yes, *why):
            print(*why)
            print('GOT IN' if yes else 'REFUSED', flush=True)
            os._exit(0)
        """;

    /// <summary>Who makes it.</summary>
    public string User { get; init; } = "root";

    /// <summary>Replaced in the script when it is made.</summary>
    internal Func<IsolationWorld, string>? Place { get; init; }

    /// <summary>What is other than usual in both runs, since otherwise another protection would come first.</summary>
    internal Action<ProtectionChange, IsolationWorld> Always { get; init; } = static (_, _) => { };

    /// <summary>Takes the one protection away.</summary>
    public required Action<ProtectionChange, IsolationWorld> Without { get; init; }

    internal string ScriptFor(IsolationWorld world) => Place is null ? Script : Script.Replace("{place}", Place(world), StringComparison.Ordinal);

    /// <summary>A shell command that succeeds when the attempt does.</summary>
    public static string Shell(string command) => $"( {command} ) && echo '{Succeeded}' || echo '{Refused}'";

    /// <summary>A Python program that ends with <c>got_in</c>; when it is killed before, or fails, it was refused.</summary>
    public static string Python(string program) => $"python3 - <<'PROGRAM' || echo '{Refused}'\n{PythonStart}\n{program}\nPROGRAM";

    /// <summary>A system call that has got in when the kernel answers to it, in whatever way, and no filter before it.</summary>
    public static string SystemCall(int x86, int arm, string arguments) =>
        Python($"result, error = call({x86}, {arm}{(arguments.Length == 0 ? "" : ", " + arguments)})\ngot_in(error not in (errno.EPERM, errno.ENOSYS), result, error)");

    public override string ToString() => Name;
}
