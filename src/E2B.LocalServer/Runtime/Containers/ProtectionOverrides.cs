using System.Text.Json.Nodes;

namespace E2B.LocalServer.Runtime;

/// <summary>
/// Switches single protections off, so that a test can show that what fails in a sandbox fails because of that
/// protection. No option, route or environment variable leads here.
/// </summary>
internal sealed record ProtectionOverrides
{
    /// <summary>Changes the container's configuration just before it is written.</summary>
    public Action<JsonObject>? Configuration { get; init; }

    /// <summary>How many files a process may have open, in place of the usual number.</summary>
    public long? OpenFiles { get; init; }

    /// <summary>A host folder to use as the root tree's lowest layer, in place of the allow-listed one.</summary>
    public string? RootLayer { get; init; }

    /// <summary>The root tree's lowest layer itself as the root, writable, with no overlay in between.</summary>
    public bool WithoutOverlay { get; init; }
}
