using System.Diagnostics;
using System.Management.Automation;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace E2B.PowerShell.Session;

/// <summary>The file of named profiles, <c>~/.e2b/powershell.json</c>. Readers see the old or the new one, never half of it; writers wait for each other.</summary>
internal static class ProfileFile
{
    /// <summary>The profile that is used where nothing else names an account.</summary>
    public const string DefaultName = "default";

    private const string Profiles = "profiles";

    private static readonly TimeSpan _lockLimit = TimeSpan.FromSeconds(15);

    // Read by people too; it never becomes part of a web page.
    private static readonly JsonSerializerOptions _layout = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Location => SettingsFolder.FileOf("powershell.json");

    /// <summary>The names in the file, as they were written.</summary>
    /// <exception cref="E2BProfileException">The file is broken.</exception>
    public static IReadOnlyList<string> Names() => Read() is { } root && ProfilesOf(root) is { } profiles ? [.. profiles.Select(static p => p.Key)] : [];

    /// <summary>A profile by its name, in which case does not count.</summary>
    /// <returns><see langword="null"/> when there is none.</returns>
    /// <exception cref="E2BProfileException">The file is broken.</exception>
    public static StoredProfile? Find(string name)
    {
        if (Read() is not { } root || ProfilesOf(root) is not { } profiles || KeyOf(profiles, name) is not { } key)
        {
            return null;
        }

        try
        {
            return StoredProfile.Read(profiles[key] as JsonObject ?? throw new JsonException("it is no object"));
        }
        catch (JsonException e)
        {
            throw Broken($"in the profile '{key}' {e.Message}");
        }
    }

    /// <summary>Writes a profile, in place of one of that name.</summary>
    /// <exception cref="E2BProfileException">The file is broken: it is left as it is.</exception>
    public static void Save(string name, StoredProfile profile) => Change(root =>
    {
        JsonObject profiles = ProfilesOf(root) ?? Added(root, Profiles);
        string key = KeyOf(profiles, name) ?? name;
        profile.WriteTo(profiles[key] as JsonObject ?? Added(profiles, key));
        return true;
    });

    /// <summary>Removes a profile.</summary>
    /// <returns>Whether it was there.</returns>
    /// <exception cref="E2BProfileException">The file is broken: it is left as it is.</exception>
    public static bool Remove(string name) =>
        File.Exists(Location)
        && Change(root => ProfilesOf(root) is { } profiles && KeyOf(profiles, name) is { } key && profiles.Remove(key));

    /// <summary>The error about a profile that is not there.</summary>
    public static E2BProfileException Missing(string name)
    {
        IReadOnlyList<string> names = Names();
        string there = names.Count == 0 ? "there are none" : $"those there are: {string.Join(", ", names)}";
        return new E2BProfileException(
            "E2BProfileNotFound",
            ErrorCategory.ObjectNotFound,
            $"There is no profile '{name}' in '{Location}'; {there}. Connect-E2B -ProfileName '{name}' -Save makes it.");
    }

    private static bool Change(Func<JsonObject, bool> change)
    {
        SettingsFolder.Create();
        using FileStream turn = TakeTurn();
        JsonObject root = Read() ?? new JsonObject { ["version"] = 1 };
        bool isChanged = change(root);
        if (isChanged)
        {
            Replace(root.ToJsonString(_layout) + "\n");
        }

        return isChanged;
    }

    private static JsonObject? Read()
    {
        try
        {
            // Shared so that a writer on Windows can put the new file in its place meanwhile.
            using var stream = new FileStream(Location, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

            // Reads all of it now: a name that is there twice would show only later.
            var root = JsonNode.Parse(stream) as JsonObject;
            _ = root?.Count;
            _ = (root?[Profiles] as JsonObject)?.Sum(static profile => (profile.Value as JsonObject)?.Count ?? 0);
            return root ?? throw Broken("it is no JSON object");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            // The exception itself may quote what it stumbled over.
            throw Broken($"it is no valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }
        catch (ArgumentException)
        {
            throw Broken("a name is there twice");
        }
    }

    private static JsonObject? ProfilesOf(JsonObject root) => root[Profiles] switch
    {
        null => null,
        JsonObject profiles => profiles,
        _ => throw Broken($"'{Profiles}' is no object"),
    };

    private static string? KeyOf(JsonObject profiles, string name) =>
        profiles.Select(static p => p.Key).FirstOrDefault(key => string.Equals(key, name, StringComparison.OrdinalIgnoreCase));

    private static JsonObject Added(JsonObject parent, string name)
    {
        var added = new JsonObject();
        parent[name] = added;
        return added;
    }

    private static E2BProfileException Broken(string what) => new(
        "E2BProfileInvalid", ErrorCategory.InvalidData, $"The file '{Location}' cannot be used: {what}. Correct or remove it; it was left as it is.");

    /// <summary>One writer at a time, of all processes. The lock's file stays: removing it would let two writers hold two of them.</summary>
    private static FileStream TakeTurn()
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return Open(SettingsFolder.FileOf("powershell.json.lock"), FileMode.OpenOrCreate);
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(start) < _lockLimit)
            {
                Thread.Sleep(10);
            }
        }
    }

    private static void Replace(string text)
    {
        // A link, as people who keep such files in a repository have it, goes on pointing there.
        string target = File.Exists(Location) ? File.ResolveLinkTarget(Location, returnFinalTarget: true)?.FullName ?? Location : Location;
        string draft = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (FileStream stream = Open(draft, FileMode.CreateNew))
            {
                stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, target, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    private static FileStream Open(string file, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(file, options);
    }
}
