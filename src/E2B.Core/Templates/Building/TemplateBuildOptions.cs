namespace E2B;

/// <summary>How to build a template. Only the name has to be given.</summary>
public sealed class TemplateBuildOptions
{
    /// <summary>The template's name, or <c>name:tag</c>. A template of this name that is there already gets another build.</summary>
    public required string Name { get; set; }

    /// <summary>What the build is to be called beside the tag in the name; without any, <c>default</c>, which is meant where a template is named without a tag.</summary>
    public IReadOnlyList<string>? Tags { get; set; }

    /// <summary>Processors of its sandboxes.</summary>
    public int CpuCount { get; set; } = 2;

    /// <summary>Memory of its sandboxes, in MiB.</summary>
    public int MemoryMB { get; set; } = 1024;

    /// <summary>Whether nothing is taken from the cache.</summary>
    public bool SkipCache { get; set; }

    /// <summary>Is told how far it is. It is called on any thread, and should return at once.</summary>
    public IProgress<TemplateBuildProgress>? Progress { get; set; }
}
