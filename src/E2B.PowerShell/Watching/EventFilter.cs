using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Watching;

/// <summary>Which events somebody wants to see. That some are missing is for everybody.</summary>
internal sealed class EventFilter
{
    private readonly IReadOnlyList<Func<string, bool>>? _names;
    private readonly HashSet<SandboxFileEventType>? _types;

    /// <param name="names">Names that are wanted: those that one of these says yes to.</param>
    /// <param name="types">Types that are wanted.</param>
    public EventFilter(IReadOnlyList<Func<string, bool>>? names, SandboxFileEventType[]? types)
    {
        _names = names;
        _types = types?.ToHashSet();
    }

    public bool Passes(SandboxFileEvent change) =>
        change.IsLoss
        || ((_types is null || _types.Contains(change.Type))
            && (_names is null || _names.Any(matches => matches(NameOf(change)))));

    private static string NameOf(SandboxFileEvent change) => SandboxPath.NameOf(change.FullName);
}
