using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace E2B.LocalServer.ControlPlane;

/// <summary>How what outlives the server is written. Members that a later version adds are optional, and unknown ones ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SavedSandbox))]
[JsonSerializable(typeof(Snapshot))]
[JsonSerializable(typeof(Volume))]
[JsonSerializable(typeof(ApiKeyRecord))]
[JsonSerializable(typeof(Build))]
[JsonSerializable(typeof(IReadOnlyList<BuildLogEntry>))]
[JsonSerializable(typeof(CachedStep))]
internal sealed partial class SavedJson : JsonSerializerContext
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file whole or not at all, readable for its owner alone: there are tokens and variables in it.</summary>
    public static void Write<T>(string file, T value, JsonTypeInfo<T> type)
    {
        string draft = file + ".new";
        File.Delete(draft);
        using (var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            JsonSerializer.Serialize(stream, value, type);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, file, overwrite: true);
    }

    /// <summary>Reads all files of a folder. One that cannot be read is named and left where it is.</summary>
    public static IEnumerable<T> ReadAll<T>(string folder, JsonTypeInfo<T> type, Action<string> log)
        where T : class
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*.json"))
        {
            if (Read(file, type, log) is { } value)
            {
                yield return value;
            }
        }
    }

    /// <summary>Reads a file. One that cannot be read is named and left where it is.</summary>
    /// <returns><see langword="null"/> when it is not there or cannot be read.</returns>
    public static T? Read<T>(string file, JsonTypeInfo<T> type, Action<string> log)
        where T : class
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            return JsonSerializer.Deserialize(stream, type);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            log($"{file} cannot be read and is left as it is: {e.Message}");
            return null;
        }
    }
}
