using System.Management.Automation;

namespace E2B.PowerShell.Listing;

/// <summary>Which sandboxes are wanted. The service is asked for those alone, as far as it understands.</summary>
internal sealed record SandboxSelection(
    IReadOnlyDictionary<string, string>? Metadata,
    IReadOnlyList<SandboxState> States,
    string? Template,
    DateTimeOffset? StartedAfter,
    bool OldestFirst)
{
    private WildcardPattern? TemplatePattern { get; } =
        string.IsNullOrEmpty(Template) ? null : new WildcardPattern(Template, WildcardOptions.IgnoreCase);

    private bool IsTemplatePattern => Template is not null && WildcardPattern.ContainsWildcardCharacters(Template);

    public SandboxListFilter ToListFilter() => new()
    {
        Metadata = Metadata,
        States = States,
        Template = IsTemplatePattern ? null : Template,
        StartedAfter = StartedAfter,
        OldestFirst = OldestFirst,
    };

    /// <summary>Whether the template is the one wanted, where the service could not be asked for it.</summary>
    public bool TakesTemplate(SandboxInfo info) => !IsTemplatePattern || MatchesTemplate(info);

    /// <summary>Whether a sandbox is wanted that was not asked for by these conditions.</summary>
    public bool Takes(SandboxInfo info) =>
        (States.Contains(info.State) || info.State == SandboxState.Unknown)
        && (Metadata ?? new Dictionary<string, string>()).All(label => info.Metadata.TryGetValue(label.Key, out string? value) && value == label.Value)
        && MatchesTemplate(info)
        && (StartedAfter is null || info.StartedAt >= StartedAfter);

    private bool MatchesTemplate(SandboxInfo info) =>
        TemplatePattern is null || TemplatePattern.IsMatch(info.TemplateId) || (info.Alias is not null && TemplatePattern.IsMatch(info.Alias));
}
