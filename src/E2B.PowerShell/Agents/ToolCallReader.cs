using System.Text.Json;
using System.Text.Json.Nodes;

namespace E2B.PowerShell.Agents;

/// <summary>Finds the calls in what a service answered: single calls, lists of them, messages, and whole answers.</summary>
internal static class ToolCallReader
{
    /// <summary>The calls; what is none, such as text or a thought, is passed over.</summary>
    public static IEnumerable<ToolCall> Read(JsonNode? answer) => answer switch
    {
        JsonArray several => several.SelectMany(Read),
        JsonObject one => ReadObject(one),
        _ => [],
    };

    private static IEnumerable<ToolCall> ReadObject(JsonObject one)
    {
        if (Inner(one) is { } inner)
        {
            return inner.SelectMany(Read);
        }

        string? method = Text(one, "method");
        string? type = Text(one, "type");
        return (type, method) switch
        {
            (null, "tools/call") when one["params"] is JsonObject call => [new(ToolCallForm.Mcp, one["id"], Text(call, "name"), call["arguments"])],
            ("function" or null, null) when one["function"] is JsonObject function => [new(ToolCallForm.OpenAI, one["id"], Text(function, "name"), function["arguments"])],
            ("function_call", _) => [new(ToolCallForm.OpenAIResponses, one["call_id"], Text(one, "name"), one["arguments"])],
            ("tool_use", _) => [new(ToolCallForm.Anthropic, one["id"], Text(one, "name"), one["input"])],
            (null, null) when !one.ContainsKey("role") => [new(ToolCallForm.Plain, one["id"], Text(one, "name"), one["arguments"] ?? one["input"])],
            _ => [],
        };
    }

    /// <summary>What calls are in: a message of a chat has tool_calls or content, a whole answer choices, output or content.</summary>
    private static IEnumerable<JsonNode?>? Inner(JsonObject one) => one switch
    {
        _ when one["tool_calls"] is JsonArray calls => calls,
        _ when one["choices"] is JsonArray choices => choices.OfType<JsonObject>().Select(static choice => choice["message"]),
        _ when one["output"] is JsonArray output && !one.ContainsKey("name") => output,
        _ when one["content"] is JsonArray content && !one.ContainsKey("name") => content,
        _ => null,
    };

    private static string? Text(JsonObject of, string name) =>
        of[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}
