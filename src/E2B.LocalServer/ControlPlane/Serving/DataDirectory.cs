using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using E2B.Protocol;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The directory where the server keeps what outlives it. One server at a time holds it.</summary>
internal sealed class DataDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly SearchValues<char> _hex = SearchValues.Create("0123456789abcdef");
    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    private string StateFile => System.IO.Path.Combine(Path, LocalServerState.FileName);

    /// <summary>Makes the directory where there is none, and takes it.</summary>
    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            // A directory that is there already keeps its mode: it may be somebody's on purpose. The key has its own.
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
            var options = new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None, // on Unix an flock: gone with the process, however it ends
                UnixCreateMode = OwnerOnly,
            };
            return new DataDirectory(path, new FileStream(System.IO.Path.Combine(path, "lock"), options));
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException)
            && File.Exists(System.IO.Path.Combine(path, "lock")))
        {
            throw new ServerStartException($"another server is running on {path}: stop it, or give this one its own directory with --data", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException($"the data directory {path} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>The API key: made at the first start, the same from then on.</summary>
    public string ApiKey()
    {
        string file = System.IO.Path.Combine(Path, LocalServerState.ApiKeyFileName);
        try
        {
            if (File.Exists(file))
            {
                string kept = File.ReadAllText(file).Trim();
                if (!IsKey(kept))
                {
                    throw new ServerStartException($"{file} holds no API key (e2b_ and hex digits): delete it to have a new one made");
                }

                File.SetUnixFileMode(file, OwnerOnly);
                return kept;
            }

            string key = "e2b_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
            string draft = file + ".new";
            File.Delete(draft);
            using (var writer = new StreamWriter(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
                writer.WriteLine(key);
            }

            File.Move(draft, file); // whole or not at all
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException($"the API key in {file} cannot be kept: {e.Message}", e);
        }
    }

    /// <summary>Tells clients on this machine where the server is, until it ends.</summary>
    public void Announce(LocalServerState state)
    {
        string draft = StateFile + ".new";
        File.WriteAllText(draft, JsonSerializer.Serialize(state, LocalServerJson.Default.LocalServerState));
        File.SetUnixFileMode(draft, OwnerOnly);
        File.Move(draft, StateFile, overwrite: true);
    }

    public void Dispose()
    {
        File.Delete(StateFile);
        _lock.Dispose();
    }

    private static bool IsKey(string text) =>
        text.StartsWith("e2b_", StringComparison.Ordinal)
        && text.Length >= 20
        && !text.AsSpan(4).ContainsAnyExcept(_hex);
}
