using System.Runtime.CompilerServices;

namespace E2B.PowerShell.Terminal;

/// <summary>A terminal in a sandbox, by the SDK.</summary>
internal sealed class SandboxTerminal : IRemoteTerminal
{
    private readonly CommandHandle _handle;
    private readonly Sandbox _patient;
    private readonly Sandbox _sandbox;

    private SandboxTerminal(Sandbox sandbox, CommandHandle handle)
    {
        _sandbox = sandbox;
        _handle = handle;

        // A program that reads slowly holds up what is typed; that is no failure of the network.
        _patient = sandbox.WithRequestTimeout(TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public int ProcessId => _handle.ProcessId;

    public static async Task<SandboxTerminal> StartAsync(Sandbox sandbox, PtyOptions options, CancellationToken cancellationToken) =>
        new(sandbox, await sandbox.Pty.CreateAsync(options, cancellationToken).ConfigureAwait(false));

    public static async Task<SandboxTerminal> AttachAsync(Sandbox sandbox, int processId, CancellationToken cancellationToken)
    {
        var options = new CommandOptions { Timeout = TimeSpan.Zero };
        return new(sandbox, await sandbox.Pty.ConnectAsync(processId, options, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadOutputAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (CommandOutput output in _handle.ReadOutputAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return output.Data;
        }
    }

    /// <inheritdoc/>
    public async Task SendInputAsync(ReadOnlyMemory<byte> typed, CancellationToken cancellationToken)
    {
        try
        {
            await _patient.Pty.SendInputAsync(ProcessId, typed, cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxProcessNotFoundException)
        {
            // It has ended: its output says so too, and how.
        }
    }

    /// <inheritdoc/>
    public Task ResizeAsync(TerminalSize size, CancellationToken cancellationToken) =>
        _sandbox.Pty.ResizeAsync(ProcessId, size.Columns, size.Rows, cancellationToken);

    /// <inheritdoc/>
    public async Task<int> GetExitCodeAsync(CancellationToken cancellationToken) =>
        (await _handle.WaitAsync(cancellationToken).ConfigureAwait(false)).ExitCode;

    /// <inheritdoc/>
    public Task KillAsync(CancellationToken cancellationToken) => _handle.KillAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _handle.DisposeAsync();
}
