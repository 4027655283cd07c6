namespace E2B.Templates.Dockerfiles;

/// <summary>A stage of a Dockerfile: what follows a FROM.</summary>
/// <param name="From">The FROM.</param>
/// <param name="Image">What it starts from, an image or the name of a stage before it.</param>
/// <param name="Name">Its own name; <see langword="null"/> for none.</param>
/// <param name="Body">The instructions behind the FROM.</param>
internal sealed record DockerfileStage(DockerfileInstruction From, string Image, string? Name, List<DockerfileInstruction> Body)
{
    /// <summary>
    /// The last stage, with those that it builds upon before it. Others are left out, as Docker does; that they are copied from is found out later.
    /// </summary>
    /// <exception cref="DockerfileException">There is no stage, or a FROM is wrong.</exception>
    public static List<DockerfileStage> Chain(DockerfileReader reader, DockerfileScope scope, string file)
    {
        List<DockerfileStage> stages = All(reader, scope);
        if (stages.Count == 0)
        {
            throw new DockerfileException(file, 1, "There is no FROM, so that it is not known what to start from. Begin with FROM and an image.");
        }

        var chain = new List<DockerfileStage>();
        for (int index = stages.Count - 1; index >= 0;)
        {
            DockerfileStage stage = stages[index];
            chain.Insert(0, stage);
            index = stages.FindLastIndex(Math.Max(index - 1, 0), index, other => string.Equals(other.Name, stage.Image, StringComparison.OrdinalIgnoreCase));
        }

        return chain[0].Image != "scratch" ? chain : throw chain[0].From.Error("A template cannot start from nothing. Name an image that has a shell, such as debian.");
    }

    private static List<DockerfileStage> All(DockerfileReader reader, DockerfileScope scope)
    {
        var stages = new List<DockerfileStage>();
        foreach (DockerfileInstruction instruction in reader.Instructions)
        {
            if (instruction.Keyword == "FROM")
            {
                stages.Add(Of(instruction, scope, reader.Escape));
            }
            else if (stages.Count > 0)
            {
                stages[^1].Body.Add(instruction);
            }
            else if (instruction.Keyword == "ARG")
            {
                DockerfileArguments.Declare(instruction, scope, reader.Escape);
            }
            else
            {
                throw instruction.Error($"{instruction.Keyword} stands before FROM. Only ARG can.");
            }
        }

        scope.IsGlobal = false;
        return stages;
    }

    private static DockerfileStage Of(DockerfileInstruction instruction, DockerfileScope scope, char escape)
    {
        string Expand(string word) => DockerfileExpander.Expand(word, instruction, scope.Find, escape, false).Text;

        (List<(string Name, string Value)> flags, string rest) = DockerfileWords.Flags(instruction.Text, escape);
        foreach ((string name, string value) in flags)
        {
            if (name != "platform")
            {
                throw instruction.Error($"FROM has no option --{name}.");
            }

            if (Expand(value) is not ("linux/amd64" or "linux/amd64/v1" or "linux" or "linux/x86_64") and var platform)
            {
                throw instruction.Error($"Sandboxes are linux/amd64, and not {platform}. Leave --platform out.");
            }
        }

        List<string> words = DockerfileWords.Split(rest, escape);
        if (words.Count is not (1 or 3) || (words.Count == 3 && !words[1].Equals("AS", StringComparison.OrdinalIgnoreCase)))
        {
            throw instruction.Error("FROM takes an image, and perhaps AS and a name.");
        }

        string image = Expand(words[0]);
        return image.Length > 0
            ? new DockerfileStage(instruction, image, words.Count == 3 ? words[2] : null, [])
            : throw instruction.Error($"'{words[0]}' is empty here. Give the ARG a value, with a default or as a build argument.");
    }
}
