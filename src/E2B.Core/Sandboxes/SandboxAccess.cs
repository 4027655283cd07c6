namespace E2B;

/// <summary>What is needed to talk to a sandbox besides its id, for one that was made elsewhere.</summary>
public sealed class SandboxAccess
{
    /// <summary>The token of the sandbox's daemon; <see langword="null"/> when it asks for none.</summary>
    public string? AccessToken { get; init; }

    /// <summary>The version of the daemon; <see langword="null"/> counts as the newest.</summary>
    public string? EnvdVersion { get; init; }

    /// <summary>The domain under which the sandbox's ports are found; <see langword="null"/> means the connection's.</summary>
    public string? Domain { get; init; }

    /// <summary>The token for the sandbox's other ports, when they are restricted.</summary>
    public string? TrafficAccessToken { get; init; }

    /// <summary>The id of the template; for display only.</summary>
    public string? TemplateId { get; init; }

    /// <summary>The template's name; for display only.</summary>
    public string? Alias { get; init; }
}
