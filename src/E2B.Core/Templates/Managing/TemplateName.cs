namespace E2B.Templates;

/// <summary>A template as it is named: a name or id, maybe with a namespace, maybe with a tag.</summary>
/// <param name="Identifier">All but the tag.</param>
/// <param name="Tag"><see langword="null"/> when there is none.</param>
internal readonly record struct TemplateName(string Identifier, string? Tag)
{
    /// <summary>The tag that is meant where none is named.</summary>
    public const string DefaultTag = "default";

    /// <exception cref="E2BInvalidArgumentException">It is empty.</exception>
    public static TemplateName Parse(string? text)
    {
        string name = (text ?? string.Empty).Trim();
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        string identifier = colon < 0 ? name : name[..colon].TrimEnd();
        return identifier.Length > 0
            ? new TemplateName(identifier, colon < 0 ? null : name[(colon + 1)..].TrimStart())
            : throw new E2BInvalidArgumentException("The template's name is empty. Give a name, name:tag or id.");
    }

    /// <summary>How a build with these tags is named.</summary>
    public static string Join(string name, IReadOnlyList<string> tags) =>
        tags.Count == 0 || tags.Contains(DefaultTag, StringComparer.OrdinalIgnoreCase) ? name : $"{name}:{tags[0]}";

    /// <summary>Whether a template has this name or id. The service takes no notice of capitals.</summary>
    public bool IsOf(TemplateInfo template) =>
        Is(template.TemplateId) || template.Names.Any(Is) || template.Aliases.Any(Is);

    private bool Is(string name) => name.Equals(Identifier, StringComparison.OrdinalIgnoreCase);
}
