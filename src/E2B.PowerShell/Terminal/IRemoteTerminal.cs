namespace E2B.PowerShell.Terminal;

/// <summary>A terminal in a sandbox. Disposing of it lets go of it.</summary>
internal interface IRemoteTerminal : IAsyncDisposable
{
    int ProcessId { get; }

    /// <summary>What to show, until its program ends. A piece without bytes says that some may be missing before it.</summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadOutputAsync(CancellationToken cancellationToken);

    /// <summary>Types. Nothing happens when its program has ended.</summary>
    Task SendInputAsync(ReadOnlyMemory<byte> typed, CancellationToken cancellationToken);

    Task ResizeAsync(TerminalSize size, CancellationToken cancellationToken);

    /// <summary>The exit code of its program, which has ended.</summary>
    Task<int> GetExitCodeAsync(CancellationToken cancellationToken);

    Task KillAsync(CancellationToken cancellationToken);
}
