using System.Globalization;
using E2B.Protocol.Process;

namespace E2B.LocalServer.Agent.Processes;

/// <summary>How a process ended, in the words that the daemon uses.</summary>
internal static class ExitStatus
{
    private static readonly string[] _signals =
    [
        "", "hangup", "interrupt", "quit", "illegal instruction", "trace/breakpoint trap", "aborted", "bus error",
        "floating point exception", "killed", "user defined signal 1", "segmentation fault", "user defined signal 2",
        "broken pipe", "alarm clock", "terminated", "stack fault", "child exited", "continued", "stopped (signal)",
        "stopped", "stopped (tty input)", "stopped (tty output)", "urgent I/O condition", "CPU time limit exceeded",
        "file size limit exceeded", "virtual timer expired", "profiling timer expired", "window changed", "I/O possible",
        "power failure", "bad system call",
    ];

    /// <summary>The event for a status of waitpid(2).</summary>
    public static ProcessEvent.Types.EndEvent ToEndEvent(int status)
    {
        int signal = status & 0x7f;
        if (signal == 0)
        {
            int code = (status >> 8) & 0xff;
            string text = "exit status " + code.ToString(CultureInfo.InvariantCulture);
            var end = new ProcessEvent.Types.EndEvent { ExitCode = code, Exited = true, Status = text };
            if (code != 0)
            {
                end.Error = text;
            }

            return end;
        }

        string name = signal < _signals.Length ? _signals[signal] : "signal " + signal.ToString(CultureInfo.InvariantCulture);
        string killed = "signal: " + name + ((status & 0x80) != 0 ? " (core dumped)" : string.Empty);
        return new ProcessEvent.Types.EndEvent { ExitCode = -1, Exited = false, Status = killed, Error = killed };
    }
}
