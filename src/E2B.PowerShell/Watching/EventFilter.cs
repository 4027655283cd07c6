using System.Management.Automation;

namespace E2B.PowerShell.Watching;

/// <summary>Which events somebody wants to see. That some are missing is for everybody.</summary>
internal sealed class EventFilter
{
    private readonly WildcardPattern[]? _names;
    private readonly HashSet<SandboxFileEventType>? _types;

    public EventFilter(string[]? names, SandboxFileEventType[]? types)
    {
        // Names in a sandbox are Linux names: big and small letters differ.
        _names = names?.Select(static name => new WildcardPattern(name, WildcardOptions.CultureInvariant)).ToArray();
        _types = types?.ToHashSet();
    }

    public bool Passes(SandboxFileEvent change) =>
        change.IsLoss
        || ((_types is null || _types.Contains(change.Type))
            && (_names is null || Array.Exists(_names, name => name.IsMatch(NameOf(change)))));

    private static string NameOf(SandboxFileEvent change) => change.Path[(change.Path.LastIndexOf('/') + 1)..];
}
