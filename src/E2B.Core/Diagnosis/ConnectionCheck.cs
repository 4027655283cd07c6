namespace E2B;

/// <summary>One thing that was looked at on the way to E2B. No key or token is part of it.</summary>
public sealed class ConnectionCheck
{
    /// <summary>Makes a check's result.</summary>
    /// <param name="name">What was looked at.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="detail">What was found.</param>
    /// <param name="advice">What to do about it.</param>
    public ConnectionCheck(string name, CheckStatus status, string detail, string advice = "")
    {
        Name = name;
        Status = status;
        Detail = detail;
        Advice = advice;
    }

    /// <summary>What was looked at: Settings, Proxy, NameResolution, Connection, Certificate, Api, Clock, ApiKey, AccessToken, SandboxEdge or Version.</summary>
    public string Name { get; }

    /// <summary>How it ended.</summary>
    public CheckStatus Status { get; }

    /// <summary>What was found.</summary>
    public string Detail { get; }

    /// <summary>What to do about it; empty where there is nothing to do.</summary>
    public string Advice { get; }

    /// <summary>All of it in one line.</summary>
    public override string ToString() => $"{Name}: {Status}. {Detail}{(Advice.Length > 0 ? " " + Advice : string.Empty)}";
}
