namespace E2B;

/// <summary>What a sandbox is doing.</summary>
public enum SandboxState
{
    /// <summary>A state that this version does not know.</summary>
    Unknown,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It is kept, and can be resumed.</summary>
    Paused,

    /// <summary>It is there no more. No sandbox that is found has this state; it can be waited for.</summary>
    Ended,
}

/// <summary>What the control plane says about a sandbox, at the moment when it was asked.</summary>
public sealed class SandboxInfo
{
    /// <summary>The sandbox's id.</summary>
    public required string SandboxId { get; init; }

    /// <summary>The id of the template that it was made from.</summary>
    public required string TemplateId { get; init; }

    /// <summary>The template's name; <see langword="null"/> where it has none.</summary>
    public string? Alias { get; init; }

    /// <summary>The template's name where it has one, else its id.</summary>
    public string Template => string.IsNullOrEmpty(Alias) ? TemplateId : Alias;

    /// <summary>What it is doing.</summary>
    public SandboxState State { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When its lifetime ends.</summary>
    public DateTimeOffset EndAt { get; init; }

    /// <summary>From now to <see cref="EndAt"/>; zero when that has passed, or when the sandbox is paused.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            TimeSpan left = EndAt - DateTimeOffset.UtcNow;
            return State == SandboxState.Paused || left < TimeSpan.Zero ? TimeSpan.Zero : left;
        }
    }

    /// <summary>Processors.</summary>
    public int CpuCount { get; init; }

    /// <summary>Memory in MiB.</summary>
    public int MemoryMB { get; init; }

    /// <summary>Disk in MiB.</summary>
    public int DiskMB { get; init; }

    /// <summary>The version of the daemon in the sandbox.</summary>
    public required string EnvdVersion { get; init; }

    /// <summary>The caller's own labels; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it reaches the internet, where its maker said so. Never known from a list.</summary>
    public bool? AllowInternetAccess { get; init; }

    /// <summary>The rules for its network. Never known from a list: <see langword="null"/> there.</summary>
    public SandboxNetworkInfo? Network { get; init; }

    /// <summary>What happens at the end of its lifetime, <c>kill</c> or <c>pause</c>. Never known from a list.</summary>
    public string? OnTimeout { get; init; }

    /// <summary>Whether traffic wakes it once it is paused. Never known from a list.</summary>
    public bool? AutoResume { get; init; }

    /// <summary>The domain under which its ports are found; <see langword="null"/> means the connection's.</summary>
    public string? Domain { get; init; }

    /// <summary>Volumes in it: directory to volume name; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> VolumeMounts { get; init; } = new Dictionary<string, string>();

    internal string? AccessToken { get; init; }

    /// <summary>Whether this came from asking for the one sandbox, so that <see cref="AccessToken"/> is final.</summary>
    internal bool IsDetailed { get; init; }

    /// <summary>Whether the times were counted here, since a create does not tell them.</summary>
    internal bool IsByOwnClock { get; init; }

    /// <summary>The sandbox's id.</summary>
    public override string ToString() => SandboxId;
}
