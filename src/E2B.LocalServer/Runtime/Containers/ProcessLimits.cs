using System.Globalization;

namespace E2B.LocalServer.Runtime;

/// <summary>
/// What each process of a sandbox may have at most. Set by a program that then becomes runc, and inherited from there:
/// runc would set them from outside, on a process in the sandbox's user namespace, and not every root may do that.
/// </summary>
internal static class ProcessLimits
{
    /// <summary>As many open files as programs expect, unless the server itself may have fewer: not every root may raise that.</summary>
    public static long OpenFiles { get; } = Math.Min(65_536, HighestOpenFiles());

    /// <summary>A command line that runs another with these limits.</summary>
    /// <param name="openFiles">How many files and sockets a process may have open.</param>
    public static string[] Command(long openFiles) =>
        [HostPrograms.Find("prlimit"), string.Create(CultureInfo.InvariantCulture, $"--nofile={openFiles}:{openFiles}"), "--core=0:0"];

    private static long HighestOpenFiles()
    {
        // "Max open files            1024                 4096                 files": name, soft, hard, unit.
        var line = File.ReadLines("/proc/self/limits").First(text => text.StartsWith("Max open files", StringComparison.Ordinal));
        var hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
        return long.TryParse(hard, CultureInfo.InvariantCulture, out var value) ? value : long.MaxValue;
    }
}
