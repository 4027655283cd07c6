namespace E2B.LocalServer.ControlPlane;

/// <summary>What the commands of a build are run with, as its steps have left it.</summary>
internal sealed record TemplateContext
{
    /// <summary>Whom commands run as.</summary>
    public string User { get; init; } = Protocol.E2BDefaults.User;

    /// <summary>Where; the user's home without.</summary>
    public string? WorkDir { get; init; }

    /// <summary>The variables that the steps have set. As in the cloud, sandboxes made of the template do not have them.</summary>
    public IDictionary<string, string>? EnvVars { get; init; }
}

/// <summary>What runs in every sandbox of a template, from its start on.</summary>
/// <param name="StartCommand">What is started; nothing without.</param>
/// <param name="ReadyCommand">What succeeds once the sandbox can be used; without, it can as soon as the command runs.</param>
/// <param name="Context">What both are run with.</param>
internal sealed record TemplateStart(string? StartCommand, string? ReadyCommand, TemplateContext Context);
