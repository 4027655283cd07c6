using System.Management.Automation;
using System.Reflection;

namespace E2B.PowerShell.Agents;

/// <summary>A cmdlet as a tool: what a model may give of its parameters, and what is settled.</summary>
/// <param name="Cmdlet">The cmdlet's type.</param>
/// <param name="Parameters">What a model may give, and nothing else.</param>
internal sealed record ToolRule(Type Cmdlet, params ToolParameter[] Parameters)
{
    private readonly CmdletAttribute _cmdlet = Cmdlet.GetCustomAttribute<CmdletAttribute>()!;

    /// <summary>The cmdlet's name, and the tool's.</summary>
    public string Name => $"{_cmdlet.VerbName}-{_cmdlet.NounName}";

    /// <summary>Whether it belongs to the set that is meant when none is named.</summary>
    public bool IsUsual { get; init; }

    /// <summary>Whether it changes nothing.</summary>
    public bool IsReadOnly => _cmdlet.VerbName is VerbsCommon.Get or VerbsDiagnostic.Test or VerbsLifecycle.Wait;

    /// <summary>Parameters that are the same for every call.</summary>
    public IReadOnlyDictionary<string, object> Settled { get; init; } = new Dictionary<string, object>();

    /// <summary>Whether the cmdlet could ask the person at the prompt.</summary>
    public bool CanAsk => _cmdlet.SupportsShouldProcess;

    /// <summary>The cmdlet's parameter of a name.</summary>
    public PropertyInfo Property(string name) => Cmdlet.GetProperty(name)
        ?? throw new InvalidOperationException($"{Name} has no parameter {name}.");
}
