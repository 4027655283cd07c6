using System.Text.Json.Serialization;

namespace E2B.Protocol;

/// <summary>What a running local server writes into its data directory, so that clients on the machine find it.</summary>
/// <param name="Pid">The server's process.</param>
/// <param name="ApiUrl">Where its control plane listens.</param>
/// <param name="SandboxUrl">Where its edge listens.</param>
public sealed record LocalServerState(int Pid, Uri ApiUrl, Uri SandboxUrl)
{
    /// <summary>The name of the file, within the data directory. It is there as long as the server runs.</summary>
    public const string FileName = "server.json";

    /// <summary>The name of the file with the API key, within the data directory; readable to its owner only.</summary>
    public const string ApiKeyFileName = "api-key";

    /// <summary>The name of the server's log, within the data directory; readable to its owner only. The one before it has <c>.1</c> at its end.</summary>
    public const string LogFileName = "server.log";

    /// <summary>The data directory of a server that was not given one: <c>/var/lib/e2b-local</c> for root, else below the user's state directory.</summary>
    public static string DefaultDataDirectory()
    {
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
        {
            return "/var/lib/e2b-local";
        }

        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        return string.IsNullOrEmpty(state)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "e2b-local")
            : Path.Combine(state, "e2b-local");
    }
}

/// <summary>How <see cref="LocalServerState"/> is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(LocalServerState))]
public sealed partial class LocalServerJson : JsonSerializerContext;
