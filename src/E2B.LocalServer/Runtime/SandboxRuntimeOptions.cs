using System.Security.Cryptography;
using System.Text;
using E2B.LocalServer.Network;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2B.LocalServer.Runtime;

/// <summary>Where a runtime keeps its things, and how its sandboxes are started.</summary>
public sealed record SandboxRuntimeOptions
{
    /// <summary>The folder below which all servers of this machine keep sockets, mount points and id ranges in use.</summary>
    internal const string SharedRuntimeRoot = "/run/e2b-local";

    private readonly string _dataDirectory = string.Empty;

    /// <summary>Disk images, templates of them and the base system; of any length.</summary>
    public required string DataDirectory
    {
        get => _dataDirectory;
        init => _dataDirectory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(value));
    }

    /// <summary>What does not outlive the machine's start. Short, since it holds Unix sockets; derived from the data folder.</summary>
    public string RuntimeDirectory => Path.Combine(SharedRuntimeRoot, Key);

    /// <summary>The program each sandbox runs.</summary>
    public required AgentCommand Agent { get; init; }

    /// <summary>The limits of sandboxes for which nobody said otherwise, the waiting ones among them.</summary>
    public ResourceLimits DefaultLimits { get; init; } = new();

    /// <summary>How many started sandboxes wait for the next taker; 0 for none.</summary>
    public int PoolSize { get; init; } = 2;

    /// <summary>How sandboxes get at the internet; without it they have their loopback alone.</summary>
    public NetworkOptions? Network { get; init; }

    /// <summary>Where it is said what does not work as it should, but does not keep sandboxes from running.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>A name for the data folder, short and always the same.</summary>
    internal string Key =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(DataDirectory)).AsSpan(0, 6));

    internal string SandboxesDirectory => Path.Combine(DataDirectory, "sandboxes");

    internal string BaseDirectory => Path.Combine(DataDirectory, "base");

    internal string MountDirectory => Path.Combine(RuntimeDirectory, "mnt");

    internal string SocketDirectory => Path.Combine(RuntimeDirectory, "s");

    internal string BundleDirectory => Path.Combine(RuntimeDirectory, "b");

    internal string RuncDirectory => Path.Combine(RuntimeDirectory, "runc");

    /// <summary>The control group of all this runtime's sandboxes, relative to each hierarchy's root.</summary>
    internal string ControlGroup => $"e2b-local/{Key}";
}
