using System.Text.Json;
using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.Images;

/// <summary>An image's configuration as it is in the registry.</summary>
/// <param name="OperatingSystem">What it is for.</param>
/// <param name="Architecture">What it is for.</param>
/// <param name="Configuration">How it is to be used.</param>
internal sealed record ImageConfig(string OperatingSystem, string Architecture, ImageConfiguration Configuration)
{
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static ImageConfig Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            JsonElement config = root.TryGetProperty("config", out JsonElement given) && given.ValueKind == JsonValueKind.Object
                ? given
                : JsonDocument.Parse("{}").RootElement;
            return new ImageConfig(
                Text(root, "os"),
                Text(root, "architecture"),
                new ImageConfiguration(Variables(config)));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException("its configuration cannot be read", e);
        }
    }

    /// <summary>As the cloud takes them over: what has no name or no value is left out.</summary>
    private static Dictionary<string, string> Variables(JsonElement config)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string variable in Texts(config, "Env"))
        {
            if (variable.Split('=', 2) is [var name, var value] && name.Trim().Length > 0 && value.Trim().Length > 0)
            {
                variables[name.Trim()] = value.Trim();
                if (VariableCheck.FindProblem(variables) is { } problem)
                {
                    string shown = new([.. name.Trim().Where(static letter => !char.IsControl(letter)).Take(100)]);
                    throw new InvalidDataException($"its environment variable {shown}: {problem}");
                }
            }
        }

        return variables;
    }

    private static IEnumerable<string> Texts(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(item => item.GetString() ?? string.Empty)
            : [];

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement text) ? text.GetString() ?? string.Empty : string.Empty;
}
