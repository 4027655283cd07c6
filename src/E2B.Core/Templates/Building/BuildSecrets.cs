using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using E2B.Mcp;
using E2B.Protocol.Rest;

namespace E2B.Templates.Building;

/// <summary>What must not be seen of a definition: the secrets by which its image's registry is signed in to. A builder's log can quote them.</summary>
internal static class BuildSecrets
{
    /// <returns>Takes them out of a text.</returns>
    public static Func<string, string> FilterOf(Template? definition)
    {
        if (definition?.Source.Registry?.ToModel() is not { } registry)
        {
            return static text => text;
        }

        string[] secrets = [.. SecretsOf(registry)];
        var filter = new SecretFilter(new JsonArray([.. secrets.Select(static secret => (JsonNode?)JsonValue.Create(secret))]), secrets.FirstOrDefault() ?? string.Empty);
        return filter.Clean;
    }

    private static IEnumerable<string> SecretsOf(TemplateRegistryModel registry)
    {
        if (registry.Password is { } password)
        {
            yield return password;
            yield return Convert.ToBase64String(Encoding.UTF8.GetBytes($"{registry.Username}:{password}"));
        }

        if (registry.AwsSecretAccessKey is { } key)
        {
            yield return key;
        }

        if (registry.ServiceAccountJson is { } json)
        {
            // Its other words, "type" and "https" among them, are no secrets, and a log without them cannot be read.
            using var account = JsonDocument.Parse(json);
            foreach (JsonProperty one in account.RootElement.EnumerateObject())
            {
                if (one.Name.StartsWith("private_key", StringComparison.Ordinal) && one.Value.ValueKind == JsonValueKind.String)
                {
                    foreach (string line in one.Value.GetString()!.Split('\n').Where(static line => !line.StartsWith("-----", StringComparison.Ordinal)))
                    {
                        yield return line;
                    }
                }
            }
        }
    }
}
