using E2B.Protocol.Process;

namespace E2B.LocalServer.Agent.Processes;

/// <summary>Something that happened to a process: output, its end, or nothing for a while.</summary>
/// <param name="Kind">Where the output came from.</param>
/// <param name="Data">The output; <see langword="null"/> when this is none.</param>
/// <param name="End">The end; <see langword="null"/> when this is none.</param>
internal readonly record struct OutputItem(OutputKind Kind, byte[]? Data, ProcessEvent.Types.EndEvent? End)
{
    public static OutputItem Keepalive => default;
}

/// <summary>
/// Hands a process's output to everybody who listens. A listener who lives and is slow holds the process
/// back; one who has gone holds nobody; with nobody listening, output is dropped.
/// </summary>
internal sealed class ProcessOutput
{
    private readonly Lock _gate = new();
    private readonly List<OutputSubscription> _subscriptions = [];
    private readonly List<OutputStream> _parked = [];
    private ProcessEvent.Types.EndEvent? _end;

    /// <summary>Listens from now on.</summary>
    public OutputSubscription Subscribe()
    {
        var subscription = new OutputSubscription(this);
        lock (_gate)
        {
            if (_end is null)
            {
                _subscriptions.Add(subscription);
            }
            else
            {
                subscription.Complete(_end);
            }
        }

        return subscription;
    }

    /// <summary>Passes output on.</summary>
    /// <returns><see langword="false"/> when the stream must stop reading until it is resumed.</returns>
    public bool Publish(OutputStream source, OutputKind kind, ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            if (_subscriptions.Count == 0)
            {
                return true;
            }

            var item = new OutputItem(kind, data.ToArray(), null);
            bool full = false;
            foreach (OutputSubscription subscription in _subscriptions)
            {
                full |= subscription.Add(item);
            }

            if (full)
            {
                _parked.Add(source);
            }

            return !full;
        }
    }

    /// <summary>The last event of all.</summary>
    public void Complete(ProcessEvent.Types.EndEvent end)
    {
        lock (_gate)
        {
            _end = end;
            foreach (OutputSubscription subscription in _subscriptions)
            {
                subscription.Complete(end);
            }

            _subscriptions.Clear();
        }
    }

    internal void Remove(OutputSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
        }

        ResumeIfRoom();
    }

    internal void ResumeIfRoom()
    {
        OutputStream[] streams;
        lock (_gate)
        {
            if (_parked.Count == 0 || _subscriptions.Exists(s => s.IsHoldingBack))
            {
                return;
            }

            streams = [.. _parked];
            _parked.Clear();
        }

        foreach (OutputStream stream in streams)
        {
            stream.Resume();
        }
    }
}
