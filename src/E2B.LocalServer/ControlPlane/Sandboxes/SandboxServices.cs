using E2B.LocalServer.Edge;
using E2B.LocalServer.Hosting;
using E2B.LocalServer.Images;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The parts that know sandboxes, put together.</summary>
internal sealed class SandboxServices : IAsyncDisposable
{
    private readonly MetricsSampler _sampler;
    private readonly IVolumeHost? _volumeHost;

    public SandboxServices(ISandboxHost host, SavedData saved, TimeProvider clock, ServerLimits limits, Action<string> log, ServerLog? events = null, IImageSource? images = null)
    {
        var starter = new SandboxStarter(host, saved, clock);
        _volumeHost = host.Volumes;
        (Clock, Saved, CanPause, StartedAt, Limits) = (clock, saved, host.CanPause, Times.ToMicrosecond(clock.GetUtcNow()), limits);
        Sandboxes = new SandboxRegistry(starter, saved, Past, TemplateUse, Load, clock, log, events);
        Pauses = new PauseControl(Sandboxes, starter, saved.Paused, clock);
        Snapshots = new SnapshotMaker(Sandboxes, starter, saved, clock);
        Ports = new PortListeners(this, log);
        Templates = new TemplateCatalog(saved.Snapshots);
        Builder = new TemplateBuilder(new BuildParts(saved, Templates, images ?? new NoImageSource("this server has no source of images"), starter, clock, log));
        saved.Builds.EndInterrupted(StartedAt);
        _sampler = new MetricsSampler(Sandboxes, Load, clock);
    }

    public TimeProvider Clock { get; }

    /// <summary>When the server started.</summary>
    public DateTimeOffset StartedAt { get; }

    public SavedData Saved { get; }

    /// <summary>Whether sandboxes can be paused, and their files saved.</summary>
    public bool CanPause { get; }

    public ServerLimits Limits { get; }

    /// <summary>What keeps volumes.</summary>
    /// <exception cref="ApiException">501: nothing does here.</exception>
    public IVolumeHost VolumeHost => _volumeHost ?? throw ApiException.NoVolumes();

    public SandboxRegistry Sandboxes { get; }

    public PauseControl Pauses { get; }

    public SnapshotMaker Snapshots { get; }

    public PortListeners Ports { get; }

    public TemplateCatalog Templates { get; }

    public TemplateBuilder Builder { get; }

    public PastSandboxes Past { get; } = new();

    public TemplateUse TemplateUse { get; } = new();

    public LoadHistory Load { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _sampler.Dispose();
        await Builder.DisposeAsync();
        await Sandboxes.DisposeAsync();
        await Ports.DisposeAsync();
    }
}
