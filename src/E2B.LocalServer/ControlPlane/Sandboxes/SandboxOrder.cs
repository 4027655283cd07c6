using System.Text.Json.Serialization;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What its maker asked of a sandbox, checked. Saved with a paused one.</summary>
internal sealed record SandboxOrder
{
    /// <summary>Traffic that wakes a sandbox gives it at least so long, as in the cloud.</summary>
    private static readonly TimeSpan _leastAfterWaking = TimeSpan.FromSeconds(Protocol.E2BDefaults.SandboxTimeoutSeconds);

    public required Template Template { get; init; }

    public required TimeSpan Lifetime { get; init; }

    public bool Secure { get; init; }

    /// <summary>Pause at the end of the lifetime instead of ending.</summary>
    public bool AutoPause { get; init; }

    /// <summary>That pause keeps the files alone.</summary>
    public bool AutoPauseFilesOnly { get; init; }

    /// <summary>Traffic wakes it when it is paused.</summary>
    public bool AutoResume { get; init; }

    public bool? AllowInternetAccess { get; init; }

    /// <summary>What was asked of its network; <see langword="null"/> when nothing.</summary>
    public NetworkOrder? Network { get; init; }

    public IDictionary<string, string>? Metadata { get; init; }

    public IDictionary<string, string>? EnvVars { get; init; }

    /// <summary>Volumes in it.</summary>
    public IReadOnlyList<VolumeMount> VolumeMounts { get => field ?? []; init; } // absent in records of earlier versions

    /// <summary>How long it lives when traffic has woken it.</summary>
    [JsonIgnore]
    public TimeSpan LifetimeAfterWaking => Lifetime < _leastAfterWaking ? _leastAfterWaking : Lifetime;

    /// <summary>The variables of its template and of its maker, who goes first.</summary>
    public Dictionary<string, string> AllEnvVars()
    {
        var all = new Dictionary<string, string>(Template.EnvVars ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach ((string name, string value) in EnvVars ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        return all;
    }
}
