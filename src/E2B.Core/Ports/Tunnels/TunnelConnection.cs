using System.Net.Sockets;
using System.Runtime.CompilerServices;
using E2B.Transport;

namespace E2B.Ports.Tunnels;

/// <summary>One connection of a tunnel: a socket here, a relay in the sandbox, bytes both ways until both directions have ended.</summary>
/// <remarks>What breaks on one side is broken on the other, with a reset: an orderly end would say that everything had arrived.</remarks>
internal sealed class TunnelConnection(Sandbox sandbox, int port, Socket local)
{
    /// <summary>The relay gives up when four of these are missing.</summary>
    private static readonly TimeSpan _alive = TimeSpan.FromSeconds(20);

    /// <summary>How long ending the relay may take.</summary>
    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(1.5);

    private static readonly Dictionary<string, string> _environment = new()
    {
        ["E2B_RELAY_PERL"] = RelayScripts.Perl,
        ["E2B_RELAY_PYTHON"] = RelayScripts.Python,
    };

    /// <summary>Serves the connection to its end, and closes it.</summary>
    /// <returns>How the relay ended; <see langword="null"/> when it was ended, because this side broke off or <paramref name="stop"/> said so.</returns>
    /// <exception cref="E2BException">The relay could not be started, or the way to it broke.</exception>
    public async Task<CommandResult?> RunAsync(CancellationToken stop)
    {
        bool isWhole = false;
        try
        {
            var command = new ProcessCommand("/bin/sh", new[] { "-c", RelayScripts.Shell, "sh", port.ToString(System.Globalization.CultureInfo.InvariantCulture) });
            var options = new CommandOptions { StandardInput = true, Timeout = TimeSpan.Zero, Environment = _environment, MaxCapturedBytes = 0 };
            CommandHandle relay = await sandbox.Commands.StartAsync(command, options, stop).ConfigureAwait(false);
            await using (relay.ConfigureAwait(false))
            {
                CommandResult? result = await RelayAsync(relay, stop).ConfigureAwait(false);
                isWhole = result is { ExitCode: 0 };
                return result;
            }
        }
        finally
        {
            if (isWhole)
            {
                local.Dispose();
            }
            else
            {
                local.Close(0);
            }
        }
    }

    private async Task<CommandResult?> RelayAsync(CommandHandle relay, CancellationToken stop)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task writing = relay.WriteInputAsync(UpAsync(gone.Token), gone.Token);
        Task<bool> reading = DownAsync(relay, gone.Token);
        try
        {
            if (await Task.WhenAny(writing, reading).ConfigureAwait(false) == writing)
            {
                if (writing.IsCompletedSuccessfully)
                {
                    // Whoever connected here has broken off.
                    return null;
                }

                // Most likely the relay has ended, and its output says how. If not, finding out what is wrong takes a while.
                StreamTiming timing = sandbox.Client.Connection.Timing;
                gone.CancelAfter(timing.RecoveryLimit + timing.AttemptLimit);
            }

            return await reading.ConfigureAwait(false) && relay.Result is { ExitCode: not RelayScripts.Unfed } result ? result : throw Lost();
        }
        catch (SocketException)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            return stop.IsCancellationRequested ? null : throw Lost();
        }
        finally
        {
            await gone.CancelAsync().ConfigureAwait(false);
            await QuietlyAsync(writing).ConfigureAwait(false);
            await QuietlyAsync(reading).ConfigureAwait(false);
            if (relay.Result is null)
            {
                using var limit = new CancellationTokenSource(_endLimit);
                await QuietlyAsync(relay.KillAsync(limit.Token)).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What comes in here, for the relay; signs of life in between. It ends only when this side breaks off: otherwise the relay knows when all is done.</summary>
    private async IAsyncEnumerable<ReadOnlyMemory<byte>> UpAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] frame = GC.AllocateUninitializedArray<byte>(RelayFrames.HeaderLength + RelayFrames.MaxPayload);
        bool isOpen = true;
        while (true)
        {
            Task<int> next = isOpen ? ReceiveAsync(frame.AsMemory(RelayFrames.HeaderLength), cancellationToken) : NeverAsync(cancellationToken);
            while (!await EndsWithinAsync(next, _alive).ConfigureAwait(false))
            {
                yield return RelayFrames.AliveFrame;
            }

            int length = await next.ConfigureAwait(false);
            if (length < 0)
            {
                yield break;
            }

            isOpen = length > 0;
            RelayFrames.WriteHeader(frame, length);
            yield return isOpen ? frame.AsMemory(0, RelayFrames.HeaderLength + length) : RelayFrames.EndFrame;
        }
    }

    /// <summary>The next bytes; -1 when the connection broke.</summary>
    private async Task<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await local.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return -1;
        }
    }

    /// <summary>What comes from the relay, until it ends.</summary>
    /// <returns><see langword="false"/> when something of it is missing.</returns>
    private async Task<bool> DownAsync(CommandHandle relay, CancellationToken cancellationToken)
    {
        var frames = new RelayFrames.Reader();
        bool isEnded = false;
        await foreach (CommandOutput output in relay.ReadOutputAsync(cancellationToken).ConfigureAwait(false))
        {
            if (output.IsGap)
            {
                return false;
            }

            if (output.Stream == CommandStream.StdErr)
            {
                continue;
            }

            ReadOnlyMemory<byte> piece = output.Data;
            while (!piece.IsEmpty && !frames.IsEnded)
            {
                ReadOnlyMemory<byte> carried = frames.Take(ref piece);
                while (!carried.IsEmpty)
                {
                    carried = carried[await local.SendAsync(carried, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
                }
            }

            if (frames.IsEnded && !isEnded)
            {
                isEnded = true;
                local.Shutdown(SocketShutdown.Send);
            }
        }

        return true;
    }

    private E2BUnreachableException Lost() => new(
        $"A connection to port {port} in the sandbox {sandbox.SandboxId} broke, since the way into the sandbox did.")
    {
        SandboxId = sandbox.SandboxId,
    };

    private static async Task<int> NeverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        return -1;
    }

    private static async Task<bool> EndsWithinAsync(Task task, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task QuietlyAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The connection has ended; how is known already.
        }
    }
}
