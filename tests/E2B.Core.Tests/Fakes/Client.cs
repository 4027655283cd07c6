using E2B.Transport;

namespace E2B.Core.Tests.Fakes;

/// <summary>Clients whose network is a fake and whose environment is empty.</summary>
internal static class Client
{
    public const string ApiKey = "e2b_0123456789abcdef0123456789abcdef01234567";

    public const string AccessToken = "sandbox-token-5f1c77";

    /// <summary>The usual times, in which nothing falls silent, with short waits between attempts.</summary>
    public static readonly StreamTiming Timing = new()
    {
        RecoveryWaits = [TimeSpan.Zero, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10)],
        RecoveryLimit = TimeSpan.FromSeconds(3),
        EndGrace = TimeSpan.FromMilliseconds(500),
        StableAfter = TimeSpan.FromMilliseconds(300),
    };

    public static readonly E2BConnectionOptions Options = new() { ApiKey = ApiKey, Environment = static _ => null, Timing = Timing };

    public static E2BClient With(FakeHandler handler, Func<E2BConnectionOptions, E2BConnectionOptions>? change = null)
    {
        E2BConnectionOptions options = Options with { HandlerFactory = () => handler, Clock = new InstantClock() };
        return new E2BClient(change?.Invoke(options) ?? options);
    }

    /// <summary>A sandbox of such a client.</summary>
    public static Sandbox Sandbox(
        FakeHandler handler, string? version = "0.6.13", Func<E2BConnectionOptions, E2BConnectionOptions>? change = null) =>
        With(handler, change).Sandboxes.Attach("sbx1", new SandboxAccess { AccessToken = AccessToken, EnvdVersion = version });

    /// <summary>A sandbox in which every command answers with these bytes, one read each.</summary>
    public static Sandbox Running(params byte[][] pieces) =>
        Sandbox(new FakeHandler(_ => Answers.Stream(ScriptedStream.Of(pieces))));
}

/// <summary>A fake clock: every wait is over at once, and is written down.</summary>
internal sealed class InstantClock : TimeProvider
{
    public List<TimeSpan> Waits { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            lock (Waits)
            {
                Waits.Add(dueTime);
            }

            dueTime = TimeSpan.Zero;
        }

        return base.CreateTimer(callback, state, dueTime, period);
    }
}
