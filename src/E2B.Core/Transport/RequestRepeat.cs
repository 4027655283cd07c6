using System.Globalization;

namespace E2B;

/// <summary>A request that failed and is about to be sent again: what it was, why it failed and how long it waits.</summary>
/// <remarks>No header, query or body is part of it, and so no key or token.</remarks>
public sealed class RequestRepeat
{
    private static readonly AsyncLocal<Action<RequestRepeat>?> _observer = new();

    internal RequestRepeat(HttpMethod method, Uri address, string reason, TimeSpan delay, int attempt)
    {
        Method = method.Method;
        Address = address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        Reason = reason;
        Delay = delay;
        Attempt = attempt;
    }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>Where it goes, without a query.</summary>
    public string Address { get; }

    /// <summary>Why it is sent again, in a few words.</summary>
    public string Reason { get; }

    /// <summary>The time until then.</summary>
    public TimeSpan Delay { get; }

    /// <summary>Which attempt comes now: 2 is the first repeat.</summary>
    public int Attempt { get; }

    /// <summary>Has the repeats of all calls reported that this flow of execution makes from now on, those of tasks that it starts included.</summary>
    /// <param name="observer">Is called on any thread, and should return at once.</param>
    /// <returns>Ends the reports when it is disposed.</returns>
    public static IDisposable Observe(Action<RequestRepeat> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var end = new Observation(_observer.Value);
        _observer.Value = observer;
        return end;
    }

    /// <summary>All of it in one line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Method} {Address}: {Reason}; attempt {Attempt} in {Delay.TotalSeconds:0.0##} s.");

    internal static void Report(HttpMethod method, Uri address, string reason, TimeSpan delay, int attempt) =>
        _observer.Value?.Invoke(new RequestRepeat(method, address, reason, delay, attempt));

    private sealed class Observation(Action<RequestRepeat>? before) : IDisposable
    {
        public void Dispose() => _observer.Value = before;
    }
}
