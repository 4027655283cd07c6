using System.Net.Sockets;
using System.Text;
using E2B.LocalServer.Native;
using E2B.LocalServer.Runtime;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Network;

/// <summary>Runs <c>ip</c> and <c>nft</c> in a network namespace.</summary>
internal static class NetworkTool
{
    private static readonly string[] _environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"];

    /// <summary>Carries out <c>ip</c> commands, a line each, up to the first that fails.</summary>
    public static Task IpAsync(NetworkNamespace where, string commands) =>
        RunAsync(where, HostPrograms.Find("ip"), ["-batch", "-"], commands);

    /// <summary>What an <c>ip</c> command prints.</summary>
    public static Task<string> AskIpAsync(NetworkNamespace where, params string[] arguments) =>
        RunAsync(where, HostPrograms.Find("ip"), arguments, string.Empty);

    /// <summary>Carries out a script of <c>nft</c>, all of it or nothing.</summary>
    public static Task NftAsync(NetworkNamespace where, string script) =>
        RunAsync(where, HostPrograms.Find("nft"), ["-f", "-"], script);

    /// <summary>What an <c>nft</c> command prints.</summary>
    public static Task<string> AskNftAsync(NetworkNamespace where, params string[] arguments) =>
        RunAsync(where, HostPrograms.Find("nft"), arguments, string.Empty);

    private static async Task<string> RunAsync(NetworkNamespace where, string program, string[] arguments, string input)
    {
        // Not a pipe that somebody would have to fill meanwhile, and not a socket, which nft cannot open as a file.
        using var script = new SafeFileHandle(LinuxException.Check(Libc.CreateMemoryFile("script", 1), "memfd_create", program), ownsHandle: true);
        RandomAccess.Write(script, Encoding.UTF8.GetBytes(input), 0);
        var (ours, theirs) = Descriptor.SocketPair();
        using var output = new Socket(ours);
        int pid;
        using (theirs)
        {
            var fd = (int)theirs.DangerousGetHandle();
            pid = where.Run(() => ChildProcess.Start(program, arguments, _environment, (int)script.DangerousGetHandle(), fd, fd));
        }

        var exit = ProcessWatcher.Instance.WaitAsync(pid);
        var text = new MemoryStream();
        var block = new byte[4096];
        while (await output.ReceiveAsync(block) is > 0 and var count)
        {
            text.Write(block, 0, count);
        }

        var said = Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
        var exitCode = await exit;
        return exitCode == 0
            ? said
            : throw new NetworkException($"{Path.GetFileName(program)} failed with exit code {exitCode}: {said.Trim().ReplaceLineEndings(" | ")}");
    }
}
