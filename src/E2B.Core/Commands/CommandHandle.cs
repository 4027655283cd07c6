using System.Runtime.CompilerServices;

namespace E2B;

/// <summary>A running command.</summary>
public sealed class CommandHandle : IAsyncDisposable
{
    internal CommandHandle(int processId, string sandboxId)
    {
        ProcessId = processId;
        SandboxId = sandboxId;
    }

    /// <summary>Its process id in the sandbox.</summary>
    public int ProcessId { get; }

    /// <summary>The sandbox in which it runs.</summary>
    public string SandboxId { get; }

    /// <summary>The output, piece by piece as it arrives. One reader at a time.</summary>
    public async IAsyncEnumerable<CommandOutput> ReadOutputAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        _ = ProcessId;
        yield break;
    }

    /// <summary>Waits for the end, keeping the output that nobody read.</summary>
    public Task<CommandResult> WaitAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Kills the process. False when it was not there any more.</summary>
    public Task<bool> KillAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Writes bytes to stdin.</summary>
    public Task SendInputAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Writes text to stdin, as UTF-8.</summary>
    public Task SendInputAsync(string text, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Ends stdin.</summary>
    public Task CloseInputAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Disconnects. The process runs on.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
