namespace E2B;

/// <summary>A sandbox, and what can be done in it.</summary>
public sealed class Sandbox
{
    internal Sandbox(E2BClient client, string sandboxId)
    {
        Client = client;
        SandboxId = sandboxId;
        Commands = new CommandsClient(this);
        Files = new FilesClient(this);
    }

    /// <summary>The sandbox's id.</summary>
    public string SandboxId { get; }

    /// <summary>The template's id; empty where it is not known.</summary>
    public string TemplateId { get; } = string.Empty;

    /// <summary>The template's name where it has one, else its id.</summary>
    public string Template { get; } = string.Empty;

    /// <summary>The version of the daemon in the sandbox; empty where it is not known yet.</summary>
    public string EnvdVersion { get; } = string.Empty;

    /// <summary>The domain under which the sandbox's ports are found.</summary>
    public string Domain { get; } = string.Empty;

    /// <summary>The client that it came from.</summary>
    public E2BClient Client { get; }

    /// <summary>Commands and processes.</summary>
    public CommandsClient Commands { get; }

    /// <summary>Files and directories.</summary>
    public FilesClient Files { get; }

    /// <summary>The same sandbox with another request timeout.</summary>
    public Sandbox WithRequestTimeout(TimeSpan requestTimeout) => throw new NotImplementedException();

    /// <summary>Ends the sandbox. False when it was not there.</summary>
    public Task<bool> KillAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Sets how long the sandbox lives, counted from now.</summary>
    public Task SetTimeoutAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>What the control plane says about the sandbox.</summary>
    public Task<SandboxInfo> GetInfoAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Whether the sandbox's daemon answers.</summary>
    public Task<bool> IsRunningAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The host (and port) under which a port of the sandbox is found.</summary>
    public string GetHost(int port) => throw new NotImplementedException();

    /// <summary>The sandbox's id.</summary>
    public override string ToString() => SandboxId;
}
