using E2B.Protocol;
using E2B.Protocol.Rest;

namespace E2B.Sandboxes;

/// <summary>Between what users see and what is on the wire.</summary>
internal static class SandboxModels
{
    public static SandboxInfo ToInfo(SandboxDetailModel model, bool isDetailed) => new()
    {
        SandboxId = model.SandboxID,
        TemplateId = model.TemplateID,
        Alias = model.Alias is { Length: > 0 } alias ? alias : null,
        State = model.State switch
        {
            "running" => SandboxState.Running,
            "paused" => SandboxState.Paused,
            _ => SandboxState.Unknown,
        },
        StartedAt = model.StartedAt,
        EndAt = model.EndAt,
        CpuCount = model.CpuCount,
        MemoryMB = model.MemoryMB,
        DiskMB = model.DiskSizeMB,
        EnvdVersion = model.EnvdVersion,
        Metadata = RequestMark.TakeFrom(model.Metadata),
        AllowInternetAccess = model.AllowInternetAccess,
        Network = isDetailed ? new SandboxNetworkInfo(model.Network, model.AllowInternetAccess) : null,
        OnTimeout = model.Lifecycle?.OnTimeout,
        AutoResume = model.Lifecycle?.AutoResume,
        Domain = model.Domain is { Length: > 0 } domain ? domain : null,
        VolumeMounts = (model.VolumeMounts ?? []).ToDictionary(mount => mount.Path, mount => mount.Name),
        AccessToken = model.EnvdAccessToken,
        IsDetailed = isDetailed,
    };

    /// <summary>What is known of a sandbox that was just made: the answer tells little, so the rest is what was asked for.</summary>
    public static SandboxInfo ToInfo(SandboxModel made, NewSandboxRequest request) =>
        Made(made, request.Timeout ?? E2BDefaults.SandboxTimeoutSeconds, RequestMark.TakeFrom(request.Metadata), request.AutoResume?.Enabled ?? false, like: null);

    /// <summary>The same of a fork: it is like its original, where that is known.</summary>
    public static SandboxInfo ToInfo(SandboxModel made, int lifetime, SandboxInfo? original) =>
        Made(made, lifetime, original?.Metadata ?? new Dictionary<string, string>(), original?.AutoResume, original);

    private static SandboxInfo Made(
        SandboxModel made, int lifetime, IReadOnlyDictionary<string, string> metadata, bool? autoResume, SandboxInfo? like)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return new SandboxInfo
        {
            SandboxId = made.SandboxID,
            TemplateId = made.TemplateID,
            Alias = made.Alias is { Length: > 0 } alias ? alias : null,
            State = SandboxState.Running,
            StartedAt = now,
            EndAt = now + TimeSpan.FromSeconds(lifetime),
            CpuCount = like?.CpuCount ?? 0,
            MemoryMB = like?.MemoryMB ?? 0,
            DiskMB = like?.DiskMB ?? 0,
            EnvdVersion = made.EnvdVersion,
            Metadata = metadata,
            IsByOwnClock = true,
            AutoResume = autoResume,
        };
    }

    public static SandboxAccess ToAccess(SandboxModel model) => new()
    {
        AccessToken = model.EnvdAccessToken is { Length: > 0 } token ? token : null,
        EnvdVersion = model.EnvdVersion,
        Domain = model.Domain is { Length: > 0 } domain ? domain : null,
        TrafficAccessToken = model.TrafficAccessToken is { Length: > 0 } traffic ? traffic : null,
        TemplateId = model.TemplateID,
        Alias = model.Alias is { Length: > 0 } alias ? alias : null,
    };

    public static SandboxAccess ToAccess(SandboxInfo info) => new()
    {
        AccessToken = info.AccessToken is { Length: > 0 } token ? token : null,
        EnvdVersion = info.EnvdVersion,
        Domain = info.Domain,
        TemplateId = info.TemplateId,
        Alias = info.Alias,
    };

    /// <summary>A lifetime in whole seconds, rounded up; <see langword="null"/> is the default one.</summary>
    public static int ToSeconds(TimeSpan? lifetime)
    {
        double seconds = Math.Ceiling(lifetime?.TotalSeconds ?? E2BDefaults.SandboxTimeoutSeconds);
        return seconds is >= 0 and <= int.MaxValue
            ? (int)seconds
            : throw new E2BInvalidArgumentException("A sandbox's lifetime is zero or more seconds, and a number of 32 bits.");
    }
}
