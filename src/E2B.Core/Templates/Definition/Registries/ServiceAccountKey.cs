using System.Text.Json;

namespace E2B.Templates.Definition.Registries;

/// <summary>The key file of a service account of Google.</summary>
internal static class ServiceAccountKey
{
    /// <summary>The account's address; empty where the file does not tell it.</summary>
    /// <exception cref="E2BInvalidArgumentException">It is no object of JSON. The error holds nothing of it, since it is a secret.</exception>
    public static string AccountOf(string? json)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json ?? string.Empty);
            if (parsed.RootElement.ValueKind == JsonValueKind.Object)
            {
                return parsed.RootElement.TryGetProperty("client_email", out JsonElement address) && address.ValueKind == JsonValueKind.String
                    ? address.GetString()!
                    : string.Empty;
            }
        }
        catch (JsonException)
        {
            // Said below, without its words: they can quote from the key.
        }

        throw new E2BInvalidArgumentException("The key of the service account is no JSON object. Give the text of the key file that Google Cloud made, as it is.");
    }
}
