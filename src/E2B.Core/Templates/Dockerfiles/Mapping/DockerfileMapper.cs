namespace E2B.Templates.Dockerfiles.Mapping;

/// <summary>
/// Makes a definition of a Dockerfile, with the steps that the official SDK makes: root and <c>/</c> at first, as in Docker, and the sandbox's
/// user and home at the end unless the Dockerfile names others.
/// </summary>
internal sealed class DockerfileMapper
{
    private static readonly TimeSpan _startTime = TimeSpan.FromSeconds(20);

    private readonly DockerfileScope _scope;
    private readonly DockerfileReader _reader;
    private readonly DockerfileShell _shell = new();
    private readonly StartMapping _start;
    private Template _template;
    private bool _namesUser;
    private bool _namesDirectory;

    private DockerfileMapper(DockerfileReader reader, DockerfileScope scope, DockerfileStage first, TemplateRegistry? registry)
    {
        _reader = reader;
        _scope = scope;
        _start = new StartMapping(_shell);
        DockerfileInstruction from = first.From;
        _template = Template.FromImage(first.Image, registry, from.File, from.Line)
            .SetUser("root", from.File, from.Line)
            .SetWorkingDirectory("/", from.File, from.Line);
    }

    /// <summary>The definition.</summary>
    /// <param name="text">The Dockerfile.</param>
    /// <param name="file">Its name, for errors.</param>
    /// <param name="registry">How the service signs in to the image's registry.</param>
    /// <param name="buildArguments">Values for its ARGs.</param>
    /// <exception cref="DockerfileException">A line is wrong, or means what a template cannot have.</exception>
    public static Template Map(string text, string file, TemplateRegistry? registry, IReadOnlyDictionary<string, string> buildArguments)
    {
        var reader = DockerfileReader.Read(text, file);
        var scope = new DockerfileScope(buildArguments);
        List<DockerfileStage> stages = DockerfileStage.Chain(reader, scope, file);
        var mapper = new DockerfileMapper(reader, scope, stages[0], registry);
        foreach (DockerfileInstruction instruction in stages.SelectMany(static stage => stage.Body))
        {
            try
            {
                mapper.Add(instruction);
            }
            catch (E2BInvalidArgumentException e)
            {
                throw instruction.Error(e.Message, e);
            }
        }

        return mapper.Finish(stages[^1].From);
    }

    private void Add(DockerfileInstruction instruction)
    {
        switch (instruction.Keyword)
        {
            case "RUN":
                _template = _template.Run(RunMapping.Command(instruction, _shell, _reader.Escape), null, instruction.File, instruction.Line);
                break;
            case "COPY" or "ADD":
                _template = new CopyMapping(instruction, _scope, _reader.Escape).AddTo(_template);
                break;
            case "WORKDIR":
                _template = _template.SetWorkingDirectory(Single(instruction, "directory"), instruction.File, instruction.Line);
                _namesDirectory = true;
                break;
            case "USER":
                _template = _template.SetUser(User(instruction), instruction.File, instruction.Line);
                _namesUser = true;
                break;
            case "ENV":
                Set(DockerfileArguments.Set(instruction, _scope, _reader.Escape), instruction);
                break;
            case "ARG":
                Set(DockerfileArguments.Declare(instruction, _scope, _reader.Escape), instruction);
                break;
            case "CMD" or "ENTRYPOINT":
                _start.Take(instruction);
                break;
            case "SHELL":
                _shell.Words = DockerfileWords.Json(instruction.Text) is { Count: > 0 } words
                    ? words
                    : throw instruction.Error("SHELL takes words in brackets and double quotes, as in [\"/bin/bash\", \"-c\"].");
                break;

            // Nothing of these is in the files of an image, and sandboxes know nothing of them.
            case "EXPOSE" or "VOLUME" or "LABEL" or "MAINTAINER" or "STOPSIGNAL" or "HEALTHCHECK" or "ONBUILD":
                break;
            default:
                throw instruction.Error($"'{instruction.Keyword}' is no instruction. Where it belongs to the line before, end that with {_reader.Escape}.");
        }
    }

    private Template Finish(DockerfileInstruction from)
    {
        if (_start.Origin is { } origin && _start.Command() is { } command)
        {
            _template = _template.SetStart(command, ReadyCheck.ForTimeout(_startTime), origin.File, origin.Line);
        }

        _template = _namesUser ? _template : _template.SetUser("user", from.File, from.Line);
        return _namesDirectory ? _template : _template.SetWorkingDirectory("/home/user", from.File, from.Line);
    }

    private void Set(List<KeyValuePair<string, DockerfileValue>> variables, DockerfileInstruction instruction) =>
        _template = _template.SetEnvironment(
            variables.Select(static variable => new KeyValuePair<string, string>(variable.Key, variable.Value.Text)), instruction.File, instruction.Line);

    private string Single(DockerfileInstruction instruction, string what)
    {
        string text = DockerfileExpander.Expand(instruction.Text, instruction, _scope.Find, _reader.Escape, false).Text;
        return text.Length > 0 ? ServiceText.Check(text, what, instruction) : throw instruction.Error($"{instruction.Keyword} takes a {what}.");
    }

    /// <summary>The user. The service takes no group: one of the user's own name is the usual one, and is left out.</summary>
    private string User(DockerfileInstruction instruction)
    {
        string[] parts = Single(instruction, "user").Split(':', 2);
        return parts.Length == 1 || parts[0] == parts[1]
            ? parts[0]
            : throw instruction.Error($"A template's user has no other group than its own, and '{parts[1]}' is one. Write USER {parts[0]}, and add the user to the group with a RUN.");
    }
}
