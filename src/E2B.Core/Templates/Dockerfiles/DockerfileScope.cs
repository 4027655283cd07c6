namespace E2B.Templates.Dockerfiles;

/// <summary>The variables at a place in a Dockerfile. ENV stands above ARG, wherever either is.</summary>
internal sealed class DockerfileScope(IReadOnlyDictionary<string, string> given)
{
    private static readonly Dictionary<string, string> _platform = new(StringComparer.Ordinal)
    {
        ["TARGETPLATFORM"] = "linux/amd64",
        ["TARGETOS"] = "linux",
        ["TARGETARCH"] = "amd64",
        ["TARGETVARIANT"] = string.Empty,
        ["BUILDPLATFORM"] = "linux/amd64",
        ["BUILDOS"] = "linux",
        ["BUILDARCH"] = "amd64",
        ["BUILDVARIANT"] = string.Empty,
    };

    private readonly Dictionary<string, DockerfileValue> _global = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DockerfileValue> _arguments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DockerfileValue> _environment = new(StringComparer.Ordinal);

    /// <summary>Whether the first stage has not begun: what is declared now is for FROM lines.</summary>
    public bool IsGlobal { get; set; } = true;

    /// <summary>A variable's value; <see langword="null"/> when this Dockerfile does not set it.</summary>
    public DockerfileValue? Find(string name) => IsGlobal
        ? _global.GetValueOrDefault(name) ?? (_platform.TryGetValue(name, out string? known) ? DockerfileValue.Of(known) : null)
        : _environment.GetValueOrDefault(name) ?? _arguments.GetValueOrDefault(name);

    public void SetEnvironment(string name, DockerfileValue value) => _environment[name] = value;

    /// <summary>Declares an argument.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="fallback">The value that it has when none is given; <see langword="null"/> for that of before the first stage.</param>
    /// <returns>Its value; <see langword="null"/> when a variable of the environment hides it.</returns>
    public DockerfileValue? Declare(string name, DockerfileValue? fallback)
    {
        DockerfileValue value = given.TryGetValue(name, out string? chosen) ? DockerfileValue.Of(chosen)
            : fallback ?? (IsGlobal ? null : _global.GetValueOrDefault(name)) ?? (_platform.TryGetValue(name, out string? known) ? DockerfileValue.Of(known) : DockerfileValue.Empty);
        (IsGlobal ? _global : _arguments)[name] = value;
        return _environment.ContainsKey(name) ? null : value;
    }
}
