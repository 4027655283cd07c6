using E2B.Protocol.Process;

namespace E2B.LocalServer.Agent.Processes;

/// <summary>Reports a process's start and end in this order, also when the end is known first.</summary>
internal sealed class ProcessReport(AgentLog log)
{
    private const int LongestCommand = 1000;
    private readonly Lock _gate = new();
    private bool _started;
    private ProcessEvent.Types.EndEvent? _end;

    public void Started(int pid, ProcessConfig config, string user, string directory)
    {
        string command = string.Join(' ', [config.Cmd, .. config.Args]);
        lock (_gate)
        {
            log.ProcessStarted(pid, command.Length > LongestCommand ? command[..LongestCommand] + "…" : command, user, directory);
            _started = true;
            if (_end is { } end)
            {
                log.ProcessEnded(pid, end.ExitCode, end.Status);
            }
        }
    }

    public void Ended(int pid, ProcessEvent.Types.EndEvent end)
    {
        lock (_gate)
        {
            _end = end;
            if (_started)
            {
                log.ProcessEnded(pid, end.ExitCode, end.Status);
            }
        }
    }
}
