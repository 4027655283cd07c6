using System.Collections.Specialized;
using System.Text.Json.Nodes;

namespace E2B.PowerShell.Agents;

/// <summary>A result in the form in which its call came.</summary>
internal static class ToolReply
{
    public static OrderedDictionary To(ToolCall call, string content, bool isError)
    {
        JsonNode? id = call.Id?.DeepClone();
        JsonObject json = call.Form switch
        {
            ToolCallForm.OpenAI => new JsonObject { ["role"] = "tool", ["tool_call_id"] = id, ["content"] = content },
            ToolCallForm.OpenAIResponses => new JsonObject { ["type"] = "function_call_output", ["call_id"] = id, ["output"] = content },
            ToolCallForm.Anthropic => new JsonObject { ["type"] = "tool_result", ["tool_use_id"] = id, ["content"] = content, ["is_error"] = isError },
            ToolCallForm.Mcp => new JsonObject
            {
                ["jsonrpc"] = "2.0",
                ["id"] = id,
                ["result"] = new JsonObject { ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = content }), ["isError"] = isError },
            },
            _ => new JsonObject { ["name"] = call.Name, ["id"] = id, ["content"] = content, ["is_error"] = isError },
        };
        return (OrderedDictionary)JsonObjects.ToObject(json)!;
    }
}
