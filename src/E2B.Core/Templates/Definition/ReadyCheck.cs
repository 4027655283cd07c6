using System.Globalization;
using E2B.Templates.Definition.Text;

namespace E2B;

/// <summary>How it is known that a template's start command is ready: a command that is repeated in the sandbox until it succeeds.</summary>
public sealed class ReadyCheck
{
    private ReadyCheck(string command) => Command = command;

    /// <summary>The line for the shell.</summary>
    public string Command { get; }

    /// <summary>Ready when something listens on a port.</summary>
    /// <param name="port">The port, 1 to 65535.</param>
    /// <exception cref="E2BInvalidArgumentException">It is no port.</exception>
    public static ReadyCheck ForPort(int port) => port is > 0 and <= 65535
        ? new ReadyCheck($"[ -n \"$(ss -Htuln sport = :{Text(port)})\" ]")
        : throw new E2BInvalidArgumentException($"{Text(port)} is no port. A port is 1 to 65535.");

    /// <summary>Ready when a URL answers with a status. Asked in the sandbox, with curl, which has to be there.</summary>
    /// <param name="url">The URL, such as <c>http://localhost:3000/health</c>.</param>
    /// <param name="statusCode">The status, 100 to 599.</param>
    /// <exception cref="E2BInvalidArgumentException">It is no URL of http or https, or no status.</exception>
    public static ReadyCheck ForUrl(string url, int statusCode = 200)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) || parsed.Scheme is not ("http" or "https"))
        {
            throw new E2BInvalidArgumentException($"'{url}' is no URL. Give one of http or https, such as http://localhost:3000/health.");
        }

        return statusCode is >= 100 and <= 599
            ? new ReadyCheck($"curl -s -o /dev/null -w \"%{{http_code}}\" {ShellText.Quote(url)} | grep -q \"{Text(statusCode)}\"")
            : throw new E2BInvalidArgumentException($"{Text(statusCode)} is no status of HTTP. A status is 100 to 599.");
    }

    /// <summary>Ready when a process runs. Looked for with pgrep, which has to be there.</summary>
    /// <param name="processName">The process's name.</param>
    /// <exception cref="E2BInvalidArgumentException">It is empty.</exception>
    public static ReadyCheck ForProcess(string processName) =>
        new($"pgrep {ShellText.Quote(StepText.NotEmpty(processName, "name of the process"))} > /dev/null");

    /// <summary>Ready when a file is there.</summary>
    /// <param name="path">The file in the sandbox.</param>
    /// <exception cref="E2BInvalidArgumentException">It is empty.</exception>
    public static ReadyCheck ForFile(string path) => new($"[ -f {ShellText.Quote(StepText.NotEmpty(path, "path of the file"))} ]");

    /// <summary>Ready after a time.</summary>
    /// <param name="timeout">The time; whole seconds of it count, and at least one.</param>
    /// <exception cref="E2BInvalidArgumentException">It is negative.</exception>
    public static ReadyCheck ForTimeout(TimeSpan timeout) => timeout >= TimeSpan.Zero
        ? new ReadyCheck($"sleep {Math.Max(1, (long)timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture)}")
        : throw new E2BInvalidArgumentException("The time until a template is ready cannot be negative.");

    /// <summary>Ready when a command of one's own succeeds.</summary>
    /// <param name="command">The line for the shell.</param>
    /// <exception cref="E2BInvalidArgumentException">It is empty.</exception>
    public static ReadyCheck ForCommand(string command) => new(StepText.NotEmpty(command, "command of the ready check"));

    /// <summary>The command.</summary>
    public override string ToString() => Command;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
