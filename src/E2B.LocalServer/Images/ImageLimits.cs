namespace E2B.LocalServer.Images;

/// <summary>What one image may take at most. Registries and images are not trusted: they must not fill the machine.</summary>
internal sealed record ImageLimits
{
    /// <summary>Bytes that are fetched.</summary>
    public long PackedBytes { get; init; } = 10L << 30;

    /// <summary>Bytes of files, all layers together.</summary>
    public long UnpackedBytes { get; init; } = 20L << 30;

    /// <summary>Files, folders and links, all layers together.</summary>
    public int Entries { get; init; } = 2_000_000;

    /// <summary>Layers. More than any builder makes.</summary>
    public int Layers { get; init; } = 256;

    /// <summary>Bytes that stay free on the machine's disk.</summary>
    public long FreeBytes { get; init; } = 1L << 30;

    /// <summary>How long fetching may take.</summary>
    public TimeSpan FetchTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Bytes of a manifest or configuration.</summary>
    public const int DocumentBytes = 4 << 20;
}
