namespace E2B;

/// <summary>What a template starts from: an image, or another template.</summary>
public sealed class TemplateSource
{
    internal TemplateSource(string? image, string? template, TemplateRegistry? registry, TemplateOrigin? origin)
    {
        Image = image;
        Template = template;
        Registry = registry;
        Origin = origin;
    }

    /// <summary>The image, such as <c>python:3.11</c>; <see langword="null"/> where it starts from a template.</summary>
    public string? Image { get; }

    /// <summary>The template's name, <c>name:tag</c> or id; <see langword="null"/> where it starts from an image.</summary>
    public string? Template { get; }

    /// <summary>How the service signs in to the image's registry; <see langword="null"/> for a public image.</summary>
    public TemplateRegistry? Registry { get; }

    /// <summary>Where this was written; <see langword="null"/> where not known.</summary>
    public TemplateOrigin? Origin { get; }

    /// <summary>The image's or the template's name.</summary>
    public override string ToString() => Image ?? $"template {Template}";
}
