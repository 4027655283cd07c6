namespace E2B.LocalServer.ControlPlane;

/// <summary>What sandboxes are made from.</summary>
/// <param name="Id">The template's id.</param>
/// <param name="Alias">Its name, where it has one.</param>
/// <param name="Limits">What its sandboxes may use.</param>
internal sealed record Template(string Id, string? Alias, SandboxLimits Limits)
{
    /// <summary>The one that is always there.</summary>
    public static Template Base { get; } = new(Protocol.E2BDefaults.Template, Protocol.E2BDefaults.Template, ServerFacts.BaseLimits);

    /// <summary>The one that the code interpreter's clients start.</summary>
    public static Template CodeInterpreter { get; } =
        new(ServerFacts.InterpreterTemplate, ServerFacts.InterpreterTemplate, ServerFacts.InterpreterLimits) { Interpreter = true };

    /// <summary>Those that are always there.</summary>
    public static IReadOnlyList<Template> BuiltIn { get; } = [Base, CodeInterpreter];

    /// <summary>Whether the code interpreter's service runs in its sandboxes.</summary>
    public bool Interpreter { get; init; }

    /// <summary>The layers above the base, the lowest first.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>Environment variables that its sandboxes have unless told otherwise.</summary>
    public IDictionary<string, string>? EnvVars { get; init; }
}
