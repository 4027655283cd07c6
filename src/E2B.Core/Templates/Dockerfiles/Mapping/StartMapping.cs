namespace E2B.Templates.Dockerfiles.Mapping;

/// <summary>Makes the start command of the last ENTRYPOINT and CMD.</summary>
internal sealed class StartMapping(DockerfileShell shell)
{
    private DockerfileInstruction? _entryPoint;
    private DockerfileInstruction? _command;

    /// <summary>The instruction that it comes from; <see langword="null"/> when there is none.</summary>
    public DockerfileInstruction? Origin { get; private set; }

    public void Take(DockerfileInstruction instruction)
    {
        Origin = instruction;
        if (instruction.Keyword == "CMD")
        {
            _command = instruction;
        }
        else
        {
            _entryPoint = instruction;
        }
    }

    /// <summary>The line; <see langword="null"/> when nothing is started. A CMD gives words to an ENTRYPOINT, unless that is a line.</summary>
    public string? Command()
    {
        List<string>? entryWords = Words(_entryPoint);
        if (entryWords is null && _entryPoint is { Text.Length: > 0 })
        {
            return shell.Line(_entryPoint.Text);
        }

        List<string>? words = Words(_command);
        bool isLine = words is null && _command is { Text.Length: > 0 };
        if (entryWords is not { Count: > 0 })
        {
            return isLine ? shell.Line(_command!.Text) : words is { Count: > 0 } ? DockerfileShell.Exec(words) : null;
        }

        string entry = DockerfileShell.Exec(entryWords);
        return isLine ? $"{entry} {shell.LineAsWords(_command!.Text)}" : words is { Count: > 0 } ? $"{entry} {DockerfileShell.Exec(words)}" : entry;
    }

    private static List<string>? Words(DockerfileInstruction? instruction) => instruction is null ? null : DockerfileWords.Json(instruction.Text);
}
