using System.Text.Json;

namespace E2B.PowerShell.Session;

/// <summary>What <c>e2b auth login</c> left in <c>~/.e2b/config.json</c>. It is only ever read here.</summary>
internal static class CliConfiguration
{
    /// <summary>The key of the project (of the team, in files of older versions); <see langword="null"/> when there is none.</summary>
    public static string? ReadApiKey()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string file = Path.Combine(home, ".e2b", "config.json");
        try
        {
            using FileStream stream = File.OpenRead(file);
            using JsonDocument document = JsonDocument.Parse(stream);
            return Read(document.RootElement, "projectApiKey") ?? Read(document.RootElement, "teamApiKey");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // Another program's file: absent, unreadable and malformed all mean that it offers no key.
            return null;
        }
    }

    private static string? Read(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
