namespace E2B.Templates.Dockerfiles.Mapping;

/// <summary>Makes the line of a RUN.</summary>
internal static class RunMapping
{
    /// <exception cref="DockerfileException">It has options that a template cannot have, or runs nothing.</exception>
    public static string Command(DockerfileInstruction instruction, DockerfileShell shell, char escape)
    {
        (List<(string Name, string Value)> flags, string text) = DockerfileWords.Flags(instruction.Text, escape);
        foreach ((string name, string value) in flags)
        {
            Check(instruction, name, value);
        }

        if (instruction.Heredocs.Count == 0)
        {
            string command = DockerfileWords.Json(text) is { } words ? words.Count > 0 ? DockerfileShell.Exec(words) : string.Empty : text.Length > 0 ? shell.Line(text) : text;
            return command.Length > 0 ? command : throw instruction.Error("RUN has nothing to run.");
        }

        if (text != instruction.Heredocs[0].Word)
        {
            if (DockerfileWords.Split(text, escape).All(word => instruction.Heredocs.Any(heredoc => heredoc.Word == word)))
            {
                throw instruction.Error("RUN has several texts and no program that reads them: Docker runs nothing then. Write a RUN for each.");
            }

            // A program that reads the text, as in "RUN python3 <<EOF".
            return shell.Line(text + string.Concat(instruction.Heredocs.Select(static heredoc => $"\n{heredoc.Content}{heredoc.Name}")));
        }

        string script = instruction.Heredocs[0].Content;
        if (script.StartsWith("#!", StringComparison.Ordinal))
        {
            return "e2b_script=$(mktemp) && " + DockerfileShell.Write("\"$e2b_script\"", script)
                + "\nchmod 755 \"$e2b_script\" && \"$e2b_script\"; e2b_code=$?; rm -f \"$e2b_script\"; exit $e2b_code";
        }

        return script.Trim().Length > 0 ? shell.Line(script.TrimEnd('\n')) : throw instruction.Error("RUN has nothing to run.");
    }

    private static void Check(DockerfileInstruction instruction, string name, string value)
    {
        switch (name)
        {
            case "mount":
                CheckMount(instruction, value);
                break;
            case "network" when value is "default" or "host":
            case "security" when value == "sandbox":
                break;
            case "network" or "security" or "device":
                throw instruction.Error($"A template's build has no --{name}={value}. Leave it out.");
            default:
                throw instruction.Error($"RUN has no option --{name}. Put a command that begins so in quotes.");
        }
    }

    /// <summary>Caches and temporary directories only make Docker faster or its images smaller; what others bring would be missing.</summary>
    private static void CheckMount(DockerfileInstruction instruction, string value)
    {
        string type = value.Split(',').Select(static part => part.Trim('"')).FirstOrDefault(static part => part.StartsWith("type=", StringComparison.Ordinal)) is { } named
            ? named["type=".Length..]
            : "bind";
        if (type is not ("cache" or "tmpfs"))
        {
            throw instruction.Error(type switch
            {
                "bind" => "A template's build cannot mount files. COPY them before, and remove them in a RUN after.",
                "secret" => "A template's build has no secrets. Use what needs one when a sandbox runs, or give it with ENV if it may stay in the template.",
                "ssh" => "A template's build has no keys for SSH. COPY what it would fetch.",
                _ => $"'{type}' is no type of --mount.",
            });
        }
    }
}
