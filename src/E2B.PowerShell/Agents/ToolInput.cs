using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Agents;

/// <summary>Tells sandboxes that a host gives from what a model wrote.</summary>
internal static class ToolInput
{
    /// <summary>
    /// Whether it is data, as ConvertFrom-Json makes it. It may say SandboxId, and must not choose a sandbox by it: a model
    /// may have written it.
    /// </summary>
    public static bool IsData(object one) => (one is PSObject wrapped ? wrapped.BaseObject : one) is PSCustomObject or IDictionary;

    /// <summary>Whether what stands first names sandboxes. A lone text is an id or a call, which is JSON.</summary>
    public static bool NamesSandboxes(object first)
    {
        object[] given = [.. SandboxArgument.Enumerate(first)];
        return given.Length > 0 && Array.TrueForAll(given, static one =>
            (!IsData(one) && SandboxArgument.IsSandbox(one)) || (SandboxArgument.TryGetText(one, out string? text) && SandboxArgument.CanBeId(text)));
    }
}
