using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Binding;

/// <summary>The two ways to say what to run: a line for the shell, or a program and its arguments with no shell in between.</summary>
internal static class CommandText
{
    /// <summary>Refuses a mixture of both.</summary>
    public static void Check(E2BCmdlet cmdlet, string? command, string? filePath, string[] arguments)
    {
        if (command is not null && filePath is not null)
        {
            cmdlet.Refuse("E2BAmbiguousCommand", "There are both -Command and -FilePath. Give a line for the shell, or a program.", command);
        }

        if (filePath is null && arguments.Length > 0)
        {
            cmdlet.Refuse(
                "E2BAmbiguousCommand",
                "-ArgumentList goes with -FilePath. A -Command is one line for the shell, arguments included.",
                command);
        }
    }

    /// <summary>What to run; <see langword="null"/> when nothing was said.</summary>
    public static ProcessCommand? ToCommand(string? command, string? filePath, string[] arguments) =>
        filePath is not null ? new ProcessCommand(filePath, arguments)
        : command is not null ? ProcessCommand.Shell(command)
        : null;

    /// <summary>The same for a person.</summary>
    public static string? Show(string? command, string? filePath, string[] arguments) =>
        filePath is not null ? string.Join(' ', [filePath, .. arguments]) : command;
}
