using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace E2B.PowerShell.Completion;

/// <summary>Offers MCP servers by the names that the official clients know. Others can be named too.</summary>
public sealed class McpServerCompleter : IArgumentCompleter
{
    private static readonly Lazy<string[]> _names = new(Read);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Quoting.Complete(_names.Value, wordToComplete);

    private static string[] Read()
    {
        using Stream stream = typeof(McpServerCompleter).Assembly.GetManifestResourceStream("McpServers.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
