using System.Runtime.CompilerServices;
using E2B.Templates.Definition.Text;

namespace E2B;

public sealed partial class Template
{
    /// <summary>Sets what runs when a sandbox of the template starts.</summary>
    /// <param name="command">The line for the shell.</param>
    /// <param name="readyCheck">How it is known that it is ready; <see langword="null"/> leaves what was set before, and with nothing set the service waits for 20 s.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The line is empty.</exception>
    public Template SetStart(string command, ReadyCheck? readyCheck = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        StepText.NotEmpty(command, "start command");
        return Change(next =>
        {
            next.StartCommand = command;
            next.ReadyCheck = readyCheck ?? ReadyCheck;
            next.StartOrigin = TemplateOrigin.From(file, line);
        });
    }

    /// <summary>Sets how it is known that the template is ready. The start command stays as it is.</summary>
    /// <param name="readyCheck">The check.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    /// <returns>The new definition.</returns>
    public Template SetReady(ReadyCheck readyCheck, [CallerFilePath] string? file = null, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(readyCheck);
        return Change(next =>
        {
            next.ReadyCheck = readyCheck;
            next.StartOrigin = TemplateOrigin.From(file, line);
        });
    }
}
