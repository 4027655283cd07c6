using System.Text.Json;
using System.Text.Json.Nodes;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Agents;

/// <summary>The tools that may be called, and what is looked at before one is.</summary>
internal sealed class ToolSet
{
    private readonly IReadOnlyList<E2BToolDefinition> _tools;

    private ToolSet(IReadOnlyList<E2BToolDefinition> tools) => _tools = tools;

    /// <summary>The sandboxes that the tools were defined for.</summary>
    public IReadOnlyList<Sandbox> Sandboxes => [.. _tools.SelectMany(static tool => tool.Sandboxes).DistinctBy(static sandbox => sandbox.SandboxId)];

    /// <summary>Whether each of them has the model say which sandbox.</summary>
    public bool LetsChoose => _tools.All(static tool => tool.Sandboxes.Count > 1);

    /// <summary>The set that a host named; what is no tool ends the cmdlet.</summary>
    public static ToolSet Of(E2BCmdlet cmdlet, object[]? given)
    {
        var tools = new List<E2BToolDefinition>();
        object?[] values = [.. (given ?? []).Select(static one => one is System.Management.Automation.PSObject wrapped ? wrapped.BaseObject : one)];
        foreach (object? value in values)
        {
            switch (value)
            {
                case E2BToolDefinition definition:
                    tools.Add(definition);
                    break;
                case string name:
                    IReadOnlyList<ToolRule> rules = ToolCatalog.Find([name], out IReadOnlyList<string> unknown);
                    if (unknown.Count > 0)
                    {
                        cmdlet.ThrowTerminatingError(ToolCatalog.Refusal(name));
                    }

                    tools.AddRange(rules.Select(static rule => new E2BToolDefinition(rule, [])));
                    break;
                default:
                    cmdlet.Refuse("E2BNotATool", $"'{value}' is no definition of Get-E2BToolDefinition and no name of a tool.", value);
                    break;
            }
        }

        return new ToolSet(given is null ? [.. ToolCatalog.Find([], out _).Select(static rule => new E2BToolDefinition(rule, []))] : tools);
    }

    /// <summary>The tool of a name. Models mind capitals.</summary>
    /// <exception cref="ToolRefusal">It is not in the set.</exception>
    public E2BToolDefinition Find(string? name) => _tools.FirstOrDefault(tool => tool.Name == name)
        ?? throw new ToolRefusal("E2BUnknownTool", $"There is no tool '{CutText.Of(name ?? string.Empty, 100, out _)}'. There are: {string.Join(", ", _tools.Select(static tool => tool.Name))}.");

    /// <summary>The sandbox to work in, and the parameters to bind.</summary>
    /// <exception cref="ToolRefusal">The arguments are not what the tool's schema says.</exception>
    public static (Sandbox Sandbox, IReadOnlyDictionary<string, object> Arguments) Check(E2BToolDefinition tool, ToolCall call, IReadOnlyList<Sandbox> sandboxes)
    {
        JsonObject arguments;
        try
        {
            arguments = call.ReadArguments();
        }
        catch (JsonException e)
        {
            throw Wrong($"The arguments are no JSON object: {e.Message}");
        }

        IReadOnlyList<string> faults = SchemaCheck.Find(JsonObjects.OfTable(tool.InputSchema), arguments);
        if (faults.Count > 0)
        {
            throw Wrong(string.Join(' ', faults.Take(10)));
        }

        return (Choose(arguments, sandboxes), ToolArguments.Of(tool.Rule, arguments));
    }

    /// <summary>Only what the host has given can be chosen.</summary>
    private static Sandbox Choose(JsonObject arguments, IReadOnlyList<Sandbox> sandboxes)
    {
        if (arguments[ToolSchema.Sandbox] is not { } chosen)
        {
            return sandboxes.Count == 1 ? sandboxes[0] : throw Wrong($"'{ToolSchema.Sandbox}' is missing. There are: {Names(sandboxes)}.");
        }

        return sandboxes.FirstOrDefault(sandbox => sandbox.SandboxId == (string)chosen!)
            ?? throw Wrong($"'{ToolSchema.Sandbox}' has to be one of {Names(sandboxes)}.");
    }

    private static string Names(IReadOnlyList<Sandbox> sandboxes) => string.Join(", ", sandboxes.Select(static sandbox => sandbox.SandboxId));

    private static ToolRefusal Wrong(string message) => new("E2BInvalidToolArgument", message);
}
