using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What outlives the server, below its data directory. Nothing of it is ever taken for a leftover.</summary>
internal sealed class SavedData
{
    private readonly Action<string> _log;
    private bool _hasUnreadable;

    private SavedData(string root, Action<string> log)
    {
        Root = root;
        _log = log;
        Layers = new LayerStore(Path.Combine(root, "layers"), log);
        Snapshots = new SnapshotStore(Path.Combine(root, "snapshots"), Layers, Unreadable);
        Paused = new PausedStore(Path.Combine(root, "paused"), Unreadable);
        Keys = new ApiKeyStore(Path.Combine(root, "keys"), Unreadable);
        Since = Times.ToMicrosecond(new DateTimeOffset(Directory.GetCreationTimeUtc(root), TimeSpan.Zero));
        Volumes = new VolumeStore(Path.Combine(root, "volumes"), Unreadable);
        Builds = new BuildStore(Path.Combine(root, "builds"), Layers, Unreadable);
        Steps = new StepCache(Path.Combine(root, "steps"), Layers, log);
        Uploads = new UploadStore(Path.Combine(root, "uploads"));
    }

    /// <summary>Where all of it is.</summary>
    public string Root { get; }

    public LayerStore Layers { get; }

    public SnapshotStore Snapshots { get; }

    public PausedStore Paused { get; }

    public VolumeStore Volumes { get; }

    public ApiKeyStore Keys { get; }

    public BuildStore Builds { get; }

    public StepCache Steps { get; }

    public UploadStore Uploads { get; }

    /// <summary>When a server first used the directory.</summary>
    public DateTimeOffset Since { get; }

    /// <param name="dataDirectory">The server's; nobody else uses it.</param>
    /// <param name="log">Where what cannot be read is said.</param>
    /// <exception cref="ServerStartException">The directory cannot be used.</exception>
    public static SavedData Open(string dataDirectory, Action<string> log)
    {
        try
        {
            string root = Path.Combine(dataDirectory, "saved");
            foreach (string folder in (string[])["", "layers", "snapshots", "paused", "volumes", "keys", "builds", "steps", "uploads"])
            {
                Folders.Make(Path.Combine(root, folder), Folders.Closed);
            }

            return new SavedData(root, log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException($"what is saved in {dataDirectory} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>
    /// The sandboxes that were paused when the last server ended, their layers held. What nobody needs is removed,
    /// unless something could not be read: then nobody knows what it needs.
    /// </summary>
    public IReadOnlyList<SavedSandbox> LoadPaused()
    {
        IReadOnlyList<SavedSandbox> paused = Paused.Load();
        foreach (SavedSandbox sandbox in paused)
        {
            Layers.Hold(sandbox.Order.Template.Layers);
        }

        if (!_hasUnreadable)
        {
            Layers.DeleteUnheld();
            Volumes.DeleteUnowned();
            Steps.Sweep();
        }

        Uploads.Sweep();
        return paused;
    }

    private void Unreadable(string message)
    {
        _hasUnreadable = true;
        _log(message);
    }
}
