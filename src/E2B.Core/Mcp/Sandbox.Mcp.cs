using E2B.Mcp;

namespace E2B;

public sealed partial class Sandbox
{
    /// <summary>What was told to the gateway; shared with the copies of this object.</summary>
    internal McpToken McpToken { get; private init; } = new();

    /// <summary>Where MCP clients find the sandbox's MCP servers, if it was made with some (<see cref="SandboxCreateOptions.Mcp"/>).</summary>
    /// <remarks>They show the token of <see cref="GetMcpTokenAsync"/> there, as <c>Authorization: Bearer</c>.</remarks>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxNotFoundException">The sandbox is gone; only a local server is asked.</exception>
    public async Task<Uri> GetMcpUrlAsync(CancellationToken cancellationToken = default) =>
        new(await GetUrlAsync(McpGateway.Port, cancellationToken).ConfigureAwait(false), "/mcp");

    /// <summary>The token that MCP clients show at <see cref="GetMcpUrlAsync"/>. A secret.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="null"/> when there is no MCP gateway in the sandbox.</returns>
    public async Task<string?> GetMcpTokenAsync(CancellationToken cancellationToken = default)
    {
        if (McpToken.Value is null)
        {
            try
            {
                string text = await Files.ReadTextAsync(
                    McpGateway.TokenPath, new SandboxFileOptions { User = McpGateway.User }, cancellationToken).ConfigureAwait(false);
                McpToken.Value = text.TrimEnd('\r', '\n');
            }
            catch (SandboxFileNotFoundException)
            {
                return null;
            }
        }

        return McpToken.Value;
    }
}
