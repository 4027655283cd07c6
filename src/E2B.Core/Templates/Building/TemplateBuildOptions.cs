namespace E2B;

/// <summary>How to build a template. Only a name has to be given, and that only where the definition has none.</summary>
public sealed class TemplateBuildOptions
{
    /// <summary>
    /// The template's name, or <c>name:tag</c>; <see langword="null"/> means the definition's (<see cref="Template.Name"/>). A
    /// template of this name that is there already gets another build.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>What the build is to be called beside the tag in the name; without any, <c>default</c>, which is meant where a template is named without a tag.</summary>
    public IReadOnlyList<string>? Tags { get; set; }

    /// <summary>Processors of its sandboxes; <see langword="null"/> means the definition's number, and without one 2.</summary>
    public int? CpuCount { get; set; }

    /// <summary>Memory of its sandboxes, in MiB; <see langword="null"/> means the definition's number, and without one 1024.</summary>
    public int? MemoryMB { get; set; }

    /// <summary>Whether nothing is taken from the cache.</summary>
    public bool SkipCache { get; set; }

    /// <summary>Is told how far it is. It is called on any thread, and should return at once.</summary>
    public IProgress<TemplateBuildProgress>? Progress { get; set; }
}
