namespace E2B.PowerShell.Processes;

/// <summary>A process's command as a person would have typed it.</summary>
internal static class ProcessText
{
    /// <summary>Without the shell around it, where the service's own form of a shell command is recognised.</summary>
    public static string Of(ProcessDetails process) => process switch
    {
        { Command: "/bin/bash", Arguments: ["-l", "-c", var line] } => line,
        _ => string.Join(' ', [process.Command, .. process.Arguments]),
    };
}
