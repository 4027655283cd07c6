namespace E2B;

/// <summary>Commands and processes in a sandbox.</summary>
public sealed class CommandsClient
{
    private readonly Sandbox _sandbox;

    internal CommandsClient(Sandbox sandbox) => _sandbox = sandbox;

    /// <summary>Starts a command; returns when its process id is known.</summary>
    public Task<CommandHandle> StartAsync(string command, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException(_sandbox.SandboxId);

    /// <summary>Runs a command to its end.</summary>
    public Task<CommandResult> RunAsync(string command, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Attaches to a running process by its id.</summary>
    public Task<CommandHandle> ConnectAsync(int pid, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Attaches to a running process by its tag.</summary>
    public Task<CommandHandle> ConnectAsync(string tag, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Lists the processes that were started through the daemon and still run.</summary>
    public Task<IReadOnlyList<ProcessDetails>> ListAsync(CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Kills a process. False when it was not there.</summary>
    public Task<bool> KillAsync(int pid, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Writes to a process's stdin.</summary>
    public Task SendInputAsync(int pid, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Ends a process's stdin.</summary>
    public Task CloseInputAsync(int pid, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();
}
