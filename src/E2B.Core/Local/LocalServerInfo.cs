using System.Diagnostics;
using System.Text.Json;
using E2B.Protocol;

namespace E2B;

/// <summary>A local server that runs on this machine: where it listens, and its key.</summary>
public sealed class LocalServerInfo
{
    /// <summary>The data directory of a server that was not given one.</summary>
    public static string DefaultDataDirectory => LocalServerState.DefaultDataDirectory();

    /// <summary>The server's process id.</summary>
    public required int Pid { get; init; }

    /// <summary>Where its control plane listens.</summary>
    public required Uri ApiUrl { get; init; }

    /// <summary>Where its edge listens.</summary>
    public required Uri SandboxUrl { get; init; }

    /// <summary>Where it keeps its state.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Its log, a line for each event. Readable to the server's owner only.</summary>
    public string LogPath => LogPathOf(DataDirectory);

    /// <summary>The log of the server that runs, or last ran, on a data directory.</summary>
    /// <param name="dataDirectory">The directory; <see langword="null"/> for the one that a server uses by itself.</param>
    public static string LogPathOf(string? dataDirectory = null) =>
        Path.Combine(Path.GetFullPath(dataDirectory ?? DefaultDataDirectory), LocalServerState.LogFileName);

    /// <summary>The options that connect to it, its key among them.</summary>
    public E2BConnectionOptions ToConnectionOptions() => new() { ApiUrl = ApiUrl, SandboxUrl = SandboxUrl, ApiKey = ApiKey, Debug = false };

    internal string ApiKey { get; init; } = string.Empty;

    /// <summary>Finds the server that runs on a data directory.</summary>
    /// <param name="dataDirectory">The directory; <see langword="null"/> for the one that a server uses by itself.</param>
    /// <returns><see langword="null"/> when none runs there, or its key is not readable to this user.</returns>
    public static LocalServerInfo? Find(string? dataDirectory = null)
    {
        string directory = Path.GetFullPath(dataDirectory ?? DefaultDataDirectory);
        try
        {
            using FileStream file = File.OpenRead(Path.Combine(directory, LocalServerState.FileName));
            if (JsonSerializer.Deserialize(file, LocalServerJson.Default.LocalServerState) is not { } state || !IsAlive(state.Pid))
            {
                return null;
            }

            return new LocalServerInfo
            {
                Pid = state.Pid,
                ApiUrl = state.ApiUrl,
                SandboxUrl = state.SandboxUrl,
                DataDirectory = directory,
                ApiKey = File.ReadAllText(Path.Combine(directory, LocalServerState.ApiKeyFileName)).Trim(),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            using Process process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
