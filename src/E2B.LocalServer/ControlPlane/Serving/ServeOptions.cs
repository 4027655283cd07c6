using System.Globalization;
using System.Net;
using E2B.LocalServer.Network;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What keeps sandboxes apart.</summary>
public enum Isolation
{
    /// <summary>An OCI container each.</summary>
    Runc,

    /// <summary>Nothing: commands run on this machine as this user.</summary>
    None,
}

/// <summary>The options of <c>serve</c>.</summary>
public sealed record ServeOptions
{
    private const int DefaultPoolSize = 2;
    private const int MaxPoolSize = 64;
    private const int DnsPort = 53;

    public int Port { get; init; } = Protocol.E2BDefaults.DebugApiPort;

    public required string DataPath { get; init; }

    public Isolation Isolation { get; init; }

    /// <summary>How many started sandboxes wait for the next create.</summary>
    public int PoolSize { get; init; } = DefaultPoolSize;

    /// <summary>How sandboxes get at the internet.</summary>
    public NetworkOptions Network { get; init; } = new();

    /// <summary>What is logged at least; where nobody chose, see <see cref="Hosting.ServerLog"/>.</summary>
    internal Microsoft.Extensions.Logging.LogLevel? LogLevel { get; init; }

    /// <summary>Where what runs sandboxes says what does not work.</summary>
    internal ILogger Log { get; init; } = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    /// <summary>Whether the server ends when its stdin does, and so with the program that started it, however that ends.</summary>
    public bool ExitWithStdin { get; init; }

    /// <summary>Reads the command line after <c>serve</c>.</summary>
    /// <exception cref="UsageException">It cannot be understood.</exception>
    internal static ServeOptions Parse(ReadOnlySpan<string> args)
    {
        int port = Protocol.E2BDefaults.DebugApiPort;
        string? data = null;
        var isolation = Isolation.Runc;
        int pool = DefaultPoolSize;
        bool exitWithStdin = false;
        Microsoft.Extensions.Logging.LogLevel? logLevel = null;
        var hostPorts = new List<int>();
        var resolvers = new List<IPEndPoint>();
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i];
            if (name == "--exit-with-stdin")
            {
                exitWithStdin = true;
                continue;
            }

            string? value = null;
            if (name.StartsWith("--", StringComparison.Ordinal) && name.IndexOf('=', StringComparison.Ordinal) is > 0 and int equals)
            {
                (name, value) = (name[..equals], name[(equals + 1)..]);
            }

            if (name is not ("--port" or "--data" or "--isolation" or "--pool" or "--allow-host-port" or "--dns" or "--log-level"))
            {
                throw new UsageException($"unknown option '{args[i]}'");
            }

            if (value is null && ++i < args.Length)
            {
                value = args[i];
            }

            if (string.IsNullOrEmpty(value))
            {
                throw new UsageException($"{name} needs a value");
            }

            switch (name)
            {
                case "--port":
                    port = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= 65535
                        ? number
                        : throw new UsageException($"--port is a number from 0 (a free one) to 65535, not '{value}'");
                    break;
                case "--pool":
                    pool = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size <= MaxPoolSize
                        ? size
                        : throw new UsageException($"--pool is a number from 0 to {MaxPoolSize}, not '{value}'");
                    break;
                case "--allow-host-port":
                    hostPorts.Add(int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int opened) && opened is > 0 and <= 65535 and not DnsPort
                        ? opened
                        : throw new UsageException($"--allow-host-port is a number from 1 to 65535 and not {DnsPort}, which answers for names; not '{value}'"));
                    break;
                case "--dns":
                    resolvers.Add(IPEndPoint.TryParse(value, out IPEndPoint? resolver)
                        ? new IPEndPoint(resolver.Address, resolver.Port == 0 ? DnsPort : resolver.Port)
                        : throw new UsageException($"--dns is an address, with or without a port, not '{value}'"));
                    break;
                case "--log-level":
                    logLevel = Hosting.ServerLog.Levels.TryGetValue(value, out Microsoft.Extensions.Logging.LogLevel level)
                        ? level
                        : throw new UsageException($"--log-level is {string.Join(", ", Hosting.ServerLog.Levels.Keys)}, not '{value}'");
                    break;
                case "--data":
                    data = value;
                    break;
                default:
                    isolation = value switch
                    {
                        "runc" => Isolation.Runc,
                        "none" => Isolation.None,
                        _ => throw new UsageException($"--isolation is runc or none, not '{value}'"),
                    };
                    break;
            }
        }

        return new ServeOptions
        {
            Port = port,
            DataPath = Path.GetFullPath(data ?? Protocol.LocalServerState.DefaultDataDirectory()),
            Isolation = isolation,
            PoolSize = pool,
            ExitWithStdin = exitWithStdin,
            LogLevel = logLevel,
            Network = new NetworkOptions { HostPorts = [.. hostPorts.Distinct()], Resolvers = resolvers },
        };
    }
}

/// <summary>A command line that cannot be understood.</summary>
internal sealed class UsageException(string message) : Exception(message);
