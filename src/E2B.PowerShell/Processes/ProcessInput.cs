namespace E2B.PowerShell.Processes;

/// <summary>The way into a process: its own handle where this session started it, else a look at what it is.</summary>
internal sealed class ProcessInput(E2BProcess process, Sandbox sandbox)
{
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await (process.Handle is { } handle
                ? handle.SendInputAsync(bytes, cancellationToken)
                : sandbox.Commands.SendInputAsync(process.Pid, bytes, cancellationToken)).ConfigureAwait(false);
        }
        catch (E2BInvalidArgumentException e)
        {
            throw Explain(e);
        }
    }

    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await (process.Handle is { } handle
                ? handle.CloseInputAsync(cancellationToken)
                : sandbox.Commands.CloseInputAsync(process.Pid, cancellationToken)).ConfigureAwait(false);
        }
        catch (E2BInvalidArgumentException e)
        {
            throw Explain(e);
        }
    }

    private E2BInvalidArgumentException Explain(E2BInvalidArgumentException cause) => new(
        $"Process {process.Pid} takes no input. Start it with Start-E2BProcess -StdIn, or with -Pty for a terminal.", cause);
}
