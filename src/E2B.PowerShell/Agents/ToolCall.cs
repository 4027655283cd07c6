using System.Text.Json;
using System.Text.Json.Nodes;

namespace E2B.PowerShell.Agents;

/// <summary>The form in which a call came, and in which its result goes back.</summary>
internal enum ToolCallForm
{
    /// <summary>A name and arguments.</summary>
    Plain,

    OpenAI,

    OpenAIResponses,

    Anthropic,

    Mcp,
}

/// <summary>A call that a model wants made.</summary>
/// <param name="Form">The form it came in.</param>
/// <param name="Id">What the answer is to refer to.</param>
/// <param name="Name">The tool's name; <see langword="null"/> when it is not said.</param>
/// <param name="Arguments">What was given: an object, or its text.</param>
internal sealed record ToolCall(ToolCallForm Form, JsonNode? Id, string? Name, JsonNode? Arguments)
{
    /// <summary>The arguments as an object. What is null is taken for left out, as some models write it.</summary>
    /// <exception cref="JsonException">They are none.</exception>
    public JsonObject ReadArguments()
    {
        JsonNode? given = Arguments?.GetValueKind() == JsonValueKind.String
            ? Arguments.GetValue<string>() is { } text && !string.IsNullOrWhiteSpace(text) ? JsonObjects.Of(text) : null
            : Arguments;
        JsonObject arguments = given switch
        {
            null => [],
            JsonObject table => (JsonObject)table.DeepClone(),
            _ => throw new JsonException("They have to be one object."),
        };
        foreach (string name in arguments.Where(static pair => pair.Value is null).Select(static pair => pair.Key).ToArray())
        {
            arguments.Remove(name);
        }

        return arguments;
    }
}
