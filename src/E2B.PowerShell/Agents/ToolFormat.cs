namespace E2B.PowerShell.Agents;

/// <summary>For whom a tool is defined.</summary>
public enum ToolFormat
{
    /// <summary>For OpenAI's chat completions, and the many services that take the same.</summary>
    OpenAI,

    /// <summary>For OpenAI's responses.</summary>
    OpenAIResponses,

    /// <summary>For Anthropic's messages.</summary>
    Anthropic,

    /// <summary>For a server of the Model Context Protocol.</summary>
    Mcp,

    /// <summary>JSON Schema 2020-12 of the arguments, on its own.</summary>
    JsonSchema,
}
