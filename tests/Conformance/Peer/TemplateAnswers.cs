using System.Text.Json.Nodes;

namespace E2B.Conformance;

/// <summary>Definitions of templates: the official client's calls by their names there, made on Core's.</summary>
internal static class TemplateAnswers
{
    public static JsonNode Define(JsonArray calls)
    {
        Template? template = null;
        foreach (JsonNode? call in calls)
        {
            JsonArray parts = call!.AsArray();
            template = Apply(template, (string)parts[0]!, [.. parts.Skip(1)]);
        }

        return JsonNode.Parse(template!.ToJson())!;
    }

    private static Template Apply(Template? template, string method, JsonNode?[] arguments)
    {
        string? Text(int index) => index < arguments.Length ? (string?)arguments[index] : null;
        IEnumerable<string>? Texts(int index) => index >= arguments.Length || arguments[index] is null
            ? null
            : arguments[index] is JsonArray several ? [.. several.Select(one => (string)one!)] : [(string)arguments[index]!];
        JsonNode? Option(string name) => arguments.Length > 0 && arguments[^1] is JsonObject options ? options[name] : null;
        bool Flag(string name) => (bool?)Option(name) ?? false;
        string? user = (string?)Option("user");
        UnixFileMode? mode = (int?)Option("mode") is { } number ? (UnixFileMode)number : null;
        return method switch
        {
            "fromBaseImage" => Template.FromBaseImage(),
            "fromPythonImage" => Text(0) is { } version ? Template.FromPythonImage(version) : Template.FromPythonImage(),
            "fromNodeImage" => Text(0) is { } version ? Template.FromNodeImage(version) : Template.FromNodeImage(),
            "fromBunImage" => Text(0) is { } version ? Template.FromBunImage(version) : Template.FromBunImage(),
            "fromDebianImage" => Text(0) is { } variant ? Template.FromDebianImage(variant) : Template.FromDebianImage(),
            "fromUbuntuImage" => Text(0) is { } variant ? Template.FromUbuntuImage(variant) : Template.FromUbuntuImage(),
            "fromFedoraImage" => Text(0) is { } variant ? Template.FromFedoraImage(variant) : Template.FromFedoraImage(),
            "fromAlpineImage" => Text(0) is { } variant ? Template.FromAlpineImage(variant) : Template.FromAlpineImage(),
            "fromArchImage" => Text(0) is { } variant ? Template.FromArchImage(variant) : Template.FromArchImage(),
            "fromImage" => Template.FromImage(Text(0)!),
            "fromTemplate" => Template.FromTemplate(Text(0)!),
            "copy" => template!.Copy(
                Texts(0)!,
                Text(1)!,
                new TemplateCopyOptions
                {
                    User = user,
                    Mode = mode,
                    ForceUpload = Flag("forceUpload"),
                    ResolveSymlinks = (bool?)Option("resolveSymlinks"),
                    Gzip = (bool?)Option("gzip"),
                }),
            "runCmd" => arguments[0] is JsonArray ? template!.Run(Texts(0)!, user) : template!.Run(Text(0)!, user),
            "setWorkdir" => template!.SetWorkingDirectory(Text(0)!),
            "setUser" => template!.SetUser(Text(0)!),
            "setEnvs" => template!.SetEnvironment(arguments[0]!.AsObject().Select(one => KeyValuePair.Create(one.Key, (string)one.Value!))),
            "remove" => template!.Remove(Texts(0)!, Flag("recursive"), Flag("force"), user),
            "rename" => template!.Rename(Text(0)!, Text(1)!, Flag("force"), user),
            "makeDir" => template!.MakeDirectory(Texts(0)!, mode, user),
            "makeSymlink" => template!.MakeSymlink(Text(0)!, Text(1)!, Flag("force"), user),
            "aptInstall" => template!.AptInstall(Texts(0)!, Flag("noInstallRecommends"), Flag("fixMissing")),
            "pipInstall" => template!.PipInstall(Texts(0), (bool?)Option("g") == false),
            "npmInstall" => template!.NpmInstall(Texts(0), Flag("g"), Flag("dev")),
            "bunInstall" => template!.BunInstall(Texts(0), Flag("g"), Flag("dev")),
            "gitClone" => template!.GitClone(
                Text(0)!, arguments.Length > 1 && arguments[1] is JsonValue ? Text(1) : null, (string?)Option("branch"), (int?)Option("depth"), user),
            "addMcpServer" => template!.AddMcpServer(Texts(0)!),
            "betaDevContainerPrebuild" => template!.PrebuildDevContainer(Text(0)!),
            "betaSetDevContainerStart" => template!.SetDevContainerStart(Text(0)!),
            "skipCache" => template!.SkipCache(),
            "skipWholeCache" => template!.SkipWholeCache(),
            "setStartCmd" => template!.SetStart(Text(0)!, Check(arguments[1]!)),
            "setReadyCmd" => template!.SetReady(Check(arguments[0]!)),
            _ => throw new InvalidOperationException($"nobody knows what {method} is"),
        };
    }

    private static ReadyCheck Check(JsonNode check) => check switch
    {
        JsonValue command => ReadyCheck.ForCommand((string)command!),
        JsonObject { Count: > 0 } helper => helper.First() switch
        {
            { Key: "waitForPort", Value: { } port } => ReadyCheck.ForPort((int)port[0]!),
            { Key: "waitForURL", Value: JsonArray { Count: 1 } url } => ReadyCheck.ForUrl((string)url[0]!),
            { Key: "waitForURL", Value: { } url } => ReadyCheck.ForUrl((string)url[0]!, (int)url[1]!),
            { Key: "waitForProcess", Value: { } name } => ReadyCheck.ForProcess((string)name[0]!),
            { Key: "waitForFile", Value: { } path } => ReadyCheck.ForFile((string)path[0]!),
            { Key: "waitForTimeout", Value: { } time } => ReadyCheck.ForTimeout(TimeSpan.FromMilliseconds((double)time[0]!)),
            var other => throw new InvalidOperationException($"nobody knows what {other.Key} is"),
        },
        _ => throw new InvalidOperationException("no check"),
    };
}
