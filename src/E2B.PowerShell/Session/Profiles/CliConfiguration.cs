using System.Text;
using System.Text.Json;

namespace E2B.PowerShell.Session;

/// <summary>
/// What <c>e2b auth login</c> left in <c>~/.e2b/config.json</c>: one project's key, and a token for the account. Version 2
/// speaks of projects, version 1 of teams, and the flat files before them had no version. It is only ever read here: the
/// CLI renews its token in it, and two programs that did would sign each other out.
/// </summary>
internal sealed class CliConfiguration
{
    private CliConfiguration(JsonElement root)
    {
        ProjectName = Text(root, "projectName") ?? Text(root, "teamName");
        ProjectId = Text(root, "projectId") ?? Text(root, "teamId");
        ApiKey = Text(root, "projectApiKey") ?? Text(root, "teamApiKey");
        AccessToken = root.TryGetProperty("tokens", out JsonElement tokens)
            ? Text(tokens, "access_token")
            : Text(root, "accessToken");
    }

    public static string Location => SettingsFolder.FileOf("config.json");

    public string? ProjectName { get; }

    public string? ProjectId { get; }

    public string? ApiKey { get; }

    public string? AccessToken { get; }

    /// <summary>What to call the project that it holds.</summary>
    public string? Project => ProjectName ?? ProjectId;

    /// <summary>What the file holds; <see langword="null"/> when there is nothing that could be used.</summary>
    public static CliConfiguration? Read()
    {
        try
        {
            using FileStream stream = File.OpenRead(Location);
            using JsonDocument document = JsonDocument.Parse(stream);
            return document.RootElement.ValueKind == JsonValueKind.Object ? new CliConfiguration(document.RootElement) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // Another program's file: absent, unreadable and malformed all mean that it offers no key.
            return null;
        }
    }

    /// <summary>Whether this is the project that it holds, by name or id.</summary>
    public bool Holds(string project) =>
        ApiKey is not null
        && (string.Equals(project, ProjectName, StringComparison.OrdinalIgnoreCase) || string.Equals(project, ProjectId, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether the token still counts. One that does not say when it ends may.</summary>
    public bool HasLiveToken(DateTimeOffset now) => AccessToken is not null && !(EndOf(AccessToken) <= now);

    private static DateTimeOffset? EndOf(string token)
    {
        string[] parts = token.Split('.');
        if (parts.Length != 3)
        {
            return null;
        }

        try
        {
            string payload = parts[1].Replace('-', '+').Replace('_', '/');
            payload += new string('=', (4 - (payload.Length % 4)) % 4);
            using JsonDocument claims = JsonDocument.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(payload)));
            return claims.RootElement.TryGetProperty("exp", out JsonElement end) && end.TryGetInt64(out long seconds)
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
