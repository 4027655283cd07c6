using System.Collections.Specialized;
using System.Text.Json.Nodes;
using E2B.PowerShell.Agents;

namespace E2B.PowerShell;

/// <summary>A cmdlet as a tool of a language model.</summary>
public sealed class E2BToolDefinition
{
    internal E2BToolDefinition(ToolRule rule, IReadOnlyList<Sandbox> sandboxes)
    {
        (Rule, Sandboxes) = (rule, sandboxes);
        SandboxId = [.. sandboxes.Select(static sandbox => sandbox.SandboxId)];
        Description = ModuleHelp.Own.Describe(rule);
        InputSchema = (OrderedDictionary)JsonObjects.ToObject(ToolSchema.Of(rule, SandboxId))!;
    }

    /// <summary>The tool's name, which is the cmdlet's.</summary>
    public string Name => Rule.Name;

    /// <summary>What it does, from the cmdlet's help.</summary>
    public string Description { get; }

    /// <summary>The JSON Schema of its arguments. Invoke-E2BTool checks by it, so it may be made narrower.</summary>
    public OrderedDictionary InputSchema { get; }

    /// <summary>Whether it changes nothing.</summary>
    public bool IsReadOnly => Rule.IsReadOnly;

    /// <summary>The sandboxes that it was defined for.</summary>
    public IReadOnlyList<string> SandboxId { get; }

    internal ToolRule Rule { get; }

    internal IReadOnlyList<Sandbox> Sandboxes { get; }

    /// <summary>The definition in a service's form, for ConvertTo-Json.</summary>
    /// <param name="format">The form.</param>
    public OrderedDictionary To(ToolFormat format)
    {
        JsonObject schema = JsonObjects.OfTable(InputSchema);
        JsonObject json = format switch
        {
            // Not strict: that allows no argument to be left out.
            ToolFormat.OpenAI => new JsonObject
            {
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = Name, ["description"] = Description, ["parameters"] = schema, ["strict"] = false },
            },
            ToolFormat.OpenAIResponses => new JsonObject
            {
                ["type"] = "function", ["name"] = Name, ["description"] = Description, ["parameters"] = schema, ["strict"] = false,
            },
            ToolFormat.Anthropic => new JsonObject { ["name"] = Name, ["description"] = Description, ["input_schema"] = schema },
            ToolFormat.Mcp => new JsonObject
            {
                ["name"] = Name, ["description"] = Description, ["inputSchema"] = schema,
                ["annotations"] = new JsonObject { ["readOnlyHint"] = IsReadOnly },
            },
            _ => Schema(schema),
        };
        return (OrderedDictionary)JsonObjects.ToObject(json)!;
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    private JsonObject Schema(JsonObject arguments)
    {
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = Name, ["description"] = Description };
        foreach ((string name, JsonNode? value) in arguments)
        {
            schema[name] = value?.DeepClone();
        }

        return schema;
    }
}
