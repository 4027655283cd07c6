using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace E2B.Mcp;

/// <summary>The program in a sandbox that runs MCP servers and is the one way to them.</summary>
internal static class McpGateway
{
    /// <summary>The template that has it.</summary>
    public const string Template = "mcp-gateway";

    /// <summary>Where it listens.</summary>
    public const int Port = 50005;

    /// <summary>Where it leaves its token.</summary>
    public const string TokenPath = "/etc/mcp-gateway/.token";

    /// <summary>Whom it runs as.</summary>
    public const string User = "root";

    private const string TokenVariable = "GATEWAY_ACCESS_TOKEN";
    private const string ConfigurationVariable = "E2B_MCP_CONFIG";

    /// <summary>
    /// The gateway takes its configuration as an argument, so in the sandbox it can be seen in its command line. But
    /// not in the shell's before it, nor in the service's log of commands, as the official clients have it: it comes by a
    /// variable, which the gateway and what it starts do not inherit.
    /// </summary>
    private const string Command =
        $"config=${ConfigurationVariable}; unset {ConfigurationVariable}; exec mcp-gateway --config \"$config\"";

    private static readonly JsonSerializerOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Starts it in a sandbox that was just made. Whatever fails, the sandbox is ended: nobody would know of it.</summary>
    /// <exception cref="E2BMcpException">It did not start.</exception>
    public static async Task StartAsync(Sandbox sandbox, JsonObject configuration, TimeSpan? limit, CancellationToken cancellationToken)
    {
        try
        {
            string token = Convert.ToHexString(RandomNumberGenerator.GetBytes(32)).ToLowerInvariant();
            var options = new CommandOptions
            {
                User = User,
                Timeout = limit,
                MaxCapturedBytes = 64 * 1024,
                Environment = new Dictionary<string, string>
                {
                    [TokenVariable] = token,
                    [ConfigurationVariable] = configuration.ToJsonString(_plain),
                },
            };
            CommandResult result = await sandbox.Commands.RunAsync(Command, options, cancellationToken).ConfigureAwait(false);
            if (result.ExitCode != 0)
            {
                throw new E2BMcpException(Describe(sandbox, result, new SecretFilter(configuration, token))) { SandboxId = sandbox.SandboxId };
            }

            sandbox.McpToken.Value = token;
        }
        catch (Exception)
        {
            await sandbox.Client.Sandboxes.EndQuietlyAsync(sandbox.SandboxId).ConfigureAwait(false);
            throw;
        }
    }

    private static string Describe(Sandbox sandbox, CommandResult result, SecretFilter filter)
    {
        const int Shown = 500;
        string said = filter.Clean(result.StandardError.Trim());
        return result.ExitCode == 127
            ? $"The template '{sandbox.Template}' has no program mcp-gateway to start MCP servers with. Use the template {Template}, or one that is built from it."
            : $"The MCP servers could not be started: the gateway ended with exit code {result.ExitCode}"
                + (said.Length == 0 ? ". It wrote nothing to stderr." : $": {(said.Length > Shown ? "…" + said[^Shown..] : said)}");
    }
}
