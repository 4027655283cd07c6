using System.Diagnostics;
using System.Globalization;
using E2B.LocalServer.Agent.Access;
using E2B.Protocol;
using E2B.Protocol.Connect;

namespace E2B.LocalServer.Agent.Connect;

/// <summary>One call: who makes it, in which form, and how long it may take.</summary>
internal sealed class RpcContext : IDisposable
{
    private static readonly TimeSpan _defaultKeepalive = TimeSpan.FromSeconds(90);
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource _ended;
    private readonly Timer? _timer;
    private readonly SandboxDefaults _defaults;
    private readonly UserEntry? _user;

    public RpcContext(HttpContext http, MessageCodec codec, SandboxDefaults defaults, int largestMessage)
    {
        (Http, Codec, _defaults, LargestMessage) = (http, codec, defaults, largestMessage);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        TimeLimit = ReadTimeLimit(http.Request);
        _user = BasicUser.Read(http.Request) is { } name
            ? UserDatabase.Find(name) ?? throw new RpcException(ConnectCode.Unauthenticated, $"invalid username: '{name}'")
            : null;
        if (TimeLimit is { } limit)
        {
            _timer = new Timer(_ => PassTimeLimit(), null, limit, Timeout.InfiniteTimeSpan);
        }
    }

    public HttpContext Http { get; }

    public MessageCodec Codec { get; }

    /// <summary>Bytes that a message of the caller's may have, unpacked.</summary>
    public int LargestMessage { get; }

    /// <summary>How long the caller gives the call; <see langword="null"/> for ever.</summary>
    public TimeSpan? TimeLimit { get; }

    /// <summary>Set when the time limit has passed, or the caller is gone.</summary>
    public CancellationToken Ended => _ended.Token;

    public bool TimeLimitPassed { get; private set; }

    /// <summary>Ends a call whose time limit has passed, also where the timer has not come round to saying so.</summary>
    public void ThrowIfTimeLimitPassed()
    {
        if (TimeLimit is { } limit && (TimeLimitPassed || Stopwatch.GetElapsedTime(_begun) >= limit))
        {
            throw new RpcException(ConnectCode.DeadlineExceeded, "context deadline exceeded");
        }
    }

    /// <summary>The time between two signs of life that the caller wants.</summary>
    public TimeSpan Keepalive =>
        int.TryParse(Http.Request.Headers[E2BHeaders.KeepalivePingInterval], NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
            && seconds > 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, 24 * 3600))
            : _defaultKeepalive;

    /// <summary>The user that the call is made as.</summary>
    public UserEntry User =>
        _user ?? UserDatabase.Find(_defaults.User)
        ?? throw new RpcException(ConnectCode.Unauthenticated, $"invalid default user: '{_defaults.User}'");

    /// <summary>A path of the caller's, as the daemon understands it.</summary>
    public string Resolve(string path) => SandboxPaths.Resolve(path, User, _defaults.Workdir);

    public void Dispose()
    {
        _timer?.Dispose();
        _ended.Dispose();
    }

    private static TimeSpan? ReadTimeLimit(HttpRequest request)
    {
        string? header = request.Headers[E2BHeaders.ConnectTimeout];
        if (string.IsNullOrEmpty(header))
        {
            return null;
        }

        // The protocol allows ten digits.
        if (header.Length > 10 || !long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds))
        {
            throw new RpcException(ConnectCode.InvalidArgument, $"{E2BHeaders.ConnectTimeout} is no number of milliseconds of at most ten digits: {header}");
        }

        // A timer takes no more than some 49 days; nobody waits so long. Zero is how some say "no limit".
        return milliseconds == 0 ? null : TimeSpan.FromMilliseconds(Math.Min(milliseconds, uint.MaxValue - 1));
    }

    private void PassTimeLimit()
    {
        TimeLimitPassed = true;
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended in the same moment.
        }
    }
}
