namespace E2B.Mcp;

/// <summary>The token of a sandbox's MCP gateway, once it is known.</summary>
internal sealed class McpToken
{
    private volatile string? _value;

    public string? Value
    {
        get => _value;
        set => _value = value;
    }
}
