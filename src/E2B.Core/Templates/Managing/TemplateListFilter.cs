namespace E2B;

/// <summary>How to list templates.</summary>
public sealed class TemplateListFilter
{
    /// <summary>Templates for each request, 1 to 100; <see langword="null"/> means the service's own choice. It is no limit of the whole list.</summary>
    public int? PageSize { get; set; }
}
