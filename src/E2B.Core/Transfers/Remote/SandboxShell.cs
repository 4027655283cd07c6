using System.Collections.Concurrent;

namespace E2B.Transfers.Remote;

/// <summary>Runs what a copy needs in a sandbox, as one user.</summary>
internal sealed class SandboxShell(Sandbox sandbox, string? user, TimeSpan? requestTimeout)
{
    /// <summary>What a client that was killed leaves waiting for input is ended by the daemon after this time.</summary>
    private static readonly TimeSpan _pipeLimit = TimeSpan.FromHours(1);

    private static readonly Dictionary<string, string> _environment = new() { ["LC_ALL"] = "C" };

    private readonly ConcurrentDictionary<int, byte> _running = new();

    public Sandbox Sandbox { get; } = sandbox;

    /// <summary>The process ids of what is being written to or read from.</summary>
    public IEnumerable<string> Running => _running.Keys.Select(static pid => pid.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Runs a script to its end.</summary>
    public Task<CommandResult> RunAsync(string script, string[] arguments, CancellationToken cancellationToken) =>
        Sandbox.Commands.RunAsync(Command(script, arguments), Options(input: false, TimeSpan.Zero), cancellationToken);

    /// <summary>Starts a script.</summary>
    public Task<CommandHandle> StartAsync(string script, string[] arguments, CancellationToken cancellationToken) =>
        Sandbox.Commands.StartAsync(Command(script, arguments), Options(input: false, TimeSpan.Zero), cancellationToken);

    /// <summary>Starts a program that is written to, or read from. Let go of it with <see cref="Forget"/>.</summary>
    public async Task<CommandHandle> OpenAsync(ProcessCommand command, CancellationToken cancellationToken)
    {
        CommandHandle handle = await Sandbox.Commands.StartAsync(command, Options(input: true, _pipeLimit), cancellationToken).ConfigureAwait(false);
        _running[handle.ProcessId] = 0;
        return handle;
    }

    /// <summary>It has ended.</summary>
    public void Forget(CommandHandle handle) => _running.TryRemove(handle.ProcessId, out _);

    /// <summary>Runs a program to its end and writes to it.</summary>
    public async Task<CommandResult> FeedAsync(ProcessCommand command, IAsyncEnumerable<ReadOnlyMemory<byte>> input, CancellationToken cancellationToken)
    {
        CommandHandle handle = await OpenAsync(command, cancellationToken).ConfigureAwait(false);
        await using (handle.ConfigureAwait(false))
        {
            handle.BeginCapture();
            try
            {
                await handle.WriteInputAsync(input, cancellationToken).ConfigureAwait(false);
                await handle.CloseInputAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (SandboxProcessNotFoundException)
            {
                // It ended before it had read everything. What it said tells why.
            }

            CommandResult result = await handle.WaitAsync(cancellationToken).ConfigureAwait(false);
            Forget(handle);
            return result;
        }
    }

    /// <summary>Runs a script to its end and writes to it.</summary>
    public Task<CommandResult> FeedAsync(string script, string[] arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        return FeedAsync(Command(script, arguments), OnceAsync(), cancellationToken);

        async IAsyncEnumerable<ReadOnlyMemory<byte>> OnceAsync()
        {
            await Task.CompletedTask.ConfigureAwait(false);
            yield return input;
        }
    }

    private static ProcessCommand Command(string script, string[] arguments) => new("/bin/sh", (string[])["-c", script, "sh", .. arguments]);

    private CommandOptions Options(bool input, TimeSpan limit) => new()
    {
        User = user,
        StandardInput = input,
        Timeout = limit,
        RequestTimeout = requestTimeout,
        Environment = _environment,
    };
}
