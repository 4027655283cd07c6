using System.Text;

namespace E2B.LocalServer.ControlPlane;

/// <summary>A sandbox that steps of a build run in: an ordinary one, which nobody but the build knows.</summary>
internal sealed class BuildSandbox(IHostedSandbox hosted, AgentClient agent) : IAsyncDisposable
{
    private static readonly TimeSpan _longestCommand = TimeSpan.FromHours(1);

    // The agent ends what takes too long. One that a command has taken over does not, and must not keep a build for ever.
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(5);

    public AgentClient Agent => agent;

    /// <summary>Runs a command, and puts what it writes into a log.</summary>
    /// <param name="command">What.</param>
    /// <param name="line">Takes its output: whether to stderr, and a line.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="BuildException">It failed; the message is how.</exception>
    public async Task RunAsync(AgentCommandLine command, Action<bool, string> line, CancellationToken cancellationToken)
    {
        var output = new OutputLines(text => line(false, text));
        var errors = new OutputLines(text => line(true, text));
        AgentCommandEnd end = await RunAsync(command, (isError, bytes) => (isError ? errors : output).Write(bytes.Span), cancellationToken);
        output.End();
        errors.End();
        if (end.ExitCode != 0)
        {
            throw new BuildException(end.Status);
        }
    }

    /// <summary>Runs a command.</summary>
    /// <returns>What it wrote to stdout, 1 MiB of it at most.</returns>
    /// <exception cref="BuildException">It failed; the message is what it wrote to stderr.</exception>
    public async Task<string> AskAsync(AgentCommandLine command, CancellationToken cancellationToken)
    {
        const int most = 1024 * 1024;
        using var output = new MemoryStream();
        using var errors = new MemoryStream();
        AgentCommandEnd end = await RunAsync(
            command,
            (isError, bytes) =>
            {
                MemoryStream stream = isError ? errors : output;
                stream.Write(bytes.Span[..(int)Math.Min(bytes.Length, most - stream.Length)]);
            },
            cancellationToken);
        return end.ExitCode == 0
            ? Encoding.UTF8.GetString(output.ToArray())
            : throw new BuildException($"{end.Status}: {Encoding.UTF8.GetString(errors.ToArray()).Trim()}".TrimEnd(':', ' '));
    }

    /// <summary>Writes a file, as root.</summary>
    /// <exception cref="IOException">The agent did not do it.</exception>
    public Task WriteFileAsync(string path, Stream content, long length, CancellationToken cancellationToken) => WithinAsync(
        _longestCommand,
        async token =>
        {
            await agent.WriteFileAsync(path, content, length, token);
            return true;
        },
        cancellationToken);

    /// <summary>Saves what was written in it.</summary>
    /// <returns>The layer, which the caller holds; <see langword="null"/> when nothing was written.</returns>
    public async Task<string?> SaveAsync(LayerStore layers, CancellationToken cancellationToken)
    {
        await hosted.FreezeAsync();
        string layer = await layers.AddAsync(folder => hosted.SaveLayerAsync(folder, cancellationToken));
        await hosted.ThawAsync();
        string[] trees = Directory.GetDirectories(layers.Folder(layer));
        string[] empty = [.. trees.Where(tree => !Directory.EnumerateFileSystemEntries(tree).Any())];
        if (empty.Length == trees.Length)
        {
            await layers.ReleaseAsync([layer]);
            return null;
        }

        // Each would be one more folder below every sandbox.
        Array.ForEach(empty, Directory.Delete);
        return layer;
    }

    public ValueTask DisposeAsync() => hosted.DisposeAsync();

    private async Task<AgentCommandEnd> RunAsync(AgentCommandLine command, Action<bool, ReadOnlyMemory<byte>> output, CancellationToken cancellationToken)
    {
        TimeSpan limit = command.Limit ?? _longestCommand;
        try
        {
            return await WithinAsync(limit + _grace, token => agent.RunAsync(command with { Limit = limit }, output, token), cancellationToken);
        }
        catch (IOException e)
        {
            throw new BuildException(e.Message, e);
        }
    }

    private static async Task<T> WithinAsync<T>(TimeSpan time, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(time);
        try
        {
            return await work(limited.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"the sandbox gave no answer within {time.TotalSeconds:0} s", e);
        }
    }
}
