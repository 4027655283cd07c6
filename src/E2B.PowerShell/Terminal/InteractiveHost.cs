using System.Management.Automation.Host;

namespace E2B.PowerShell.Terminal;

/// <summary>Whether there is a person at a terminal.</summary>
internal static class InteractiveHost
{
    /// <summary>Hosts whose console is the process's own, and that do not read it while a command runs.</summary>
    private static readonly string[] _knownHosts = ["ConsoleHost", "Visual Studio Code Host"];

    /// <summary>What is missing; <see langword="null"/> when nothing is.</summary>
    public static string? Problem(PSHost host)
    {
        if (!_knownHosts.Contains(host.Name))
        {
            return $"PowerShell runs in '{host.Name}', which has no terminal of its own";
        }

        if (IsNonInteractive(Environment.GetCommandLineArgs()))
        {
            return "PowerShell was started with -NonInteractive";
        }

        return (IsTerminal(input: true), IsTerminal(input: false)) switch
        {
            (true, true) => null,
            (false, true) => "its input is redirected",
            (true, false) => "its output is redirected",
            _ => "its input and output are redirected",
        };
    }

    /// <summary>Whether pwsh's own arguments, which end where a script or command begins, say so.</summary>
    internal static bool IsNonInteractive(IEnumerable<string> arguments)
    {
        foreach (string argument in arguments.Skip(1))
        {
            string name = argument.TrimStart('-', '/').ToLowerInvariant();
            if (name.StartsWith("noni", StringComparison.Ordinal) && "noninteractive".StartsWith(name, StringComparison.Ordinal))
            {
                return true;
            }

            if (name.Length > 0 && argument[0] is '-' or '/'
                && ("command".StartsWith(name, StringComparison.Ordinal) || "file".StartsWith(name, StringComparison.Ordinal)))
            {
                return false;
            }
        }

        return false;
    }

    private static bool IsTerminal(bool input)
    {
        if (OperatingSystem.IsWindows())
        {
            return WindowsConsole.GetMode(
                WindowsConsole.GetHandle(input ? WindowsConsole.StandardInput : WindowsConsole.StandardOutput), out _);
        }

        return Libc.IsTerminal(input ? Libc.StandardInput : Libc.StandardOutput) == 1;
    }
}
