using System.Text.Json;
using System.Text.Json.Nodes;

namespace E2B.PowerShell.Session;

/// <summary>A named connection as it lies in <c>~/.e2b/powershell.json</c>.</summary>
internal sealed class StoredProfile
{
    public string? ApiKey { get; init; }

    /// <summary>The name of the key in a vault, where the key itself is not stored.</summary>
    public string? ApiKeySecret { get; init; }

    public string? Vault { get; init; }

    public string? AccessToken { get; init; }

    public string? Project { get; init; }

    public string? Domain { get; init; }

    public Uri? ApiUrl { get; init; }

    public Uri? SandboxUrl { get; init; }

    public bool? Debug { get; init; }

    public bool? ValidateApiKey { get; init; }

    public Uri? Proxy { get; init; }

    public double? RequestTimeoutSec { get; init; }

    /// <exception cref="JsonException">A value is not of the kind that it has to be. The message names it and not its content.</exception>
    public static StoredProfile Read(JsonObject json)
    {
        return new StoredProfile
        {
            ApiKey = Text("apiKey"),
            ApiKeySecret = Text("apiKeySecret"),
            Vault = Text("vault"),
            AccessToken = Text("accessToken"),
            Project = Text("project"),
            Domain = Text("domain"),
            ApiUrl = Address("apiUrl"),
            SandboxUrl = Address("sandboxUrl"),
            Debug = Flag("debug"),
            ValidateApiKey = Flag("validateApiKey"),
            Proxy = Address("proxy"),
            RequestTimeoutSec = Value<double>("requestTimeoutSec", "a number") is { } seconds
                ? seconds is >= 0 and <= int.MaxValue ? seconds : throw new JsonException("requestTimeoutSec is no time")
                : null,
        };

        string? Text(string name) => json[name] switch
        {
            null => null,
            JsonValue value when value.TryGetValue(out string? text) => text,
            _ => throw new JsonException($"{name} is no text"),
        };

        T? Value<T>(string name, string kind)
            where T : struct => json[name] switch
            {
                null => null,
                JsonValue value when value.TryGetValue(out T found) => found,
                _ => throw new JsonException($"{name} is not {kind}"),
            };

        bool? Flag(string name) => Value<bool>(name, "true or false");

        Uri? Address(string name) => Text(name) is not { } text ? null
            : Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) ? uri : throw new JsonException($"{name} is no absolute URL");
    }

    /// <summary>Writes what this knows. What else is there, of another version's, stays.</summary>
    public void WriteTo(JsonObject json)
    {
        Put("project", Project);
        Put("apiKey", ApiKey);
        Put("apiKeySecret", ApiKeySecret);
        Put("vault", Vault);
        Put("accessToken", AccessToken);
        Put("domain", Domain);
        Put("apiUrl", ApiUrl?.OriginalString);
        Put("sandboxUrl", SandboxUrl?.OriginalString);
        Put("debug", Debug);
        Put("validateApiKey", ValidateApiKey);
        Put("proxy", Proxy?.OriginalString);
        Put("requestTimeoutSec", RequestTimeoutSec);

        void Put(string name, JsonNode? value)
        {
            if (value is null)
            {
                json.Remove(name);
            }
            else
            {
                json[name] = value;
            }
        }
    }
}
