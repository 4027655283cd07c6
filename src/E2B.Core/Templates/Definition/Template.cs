using E2B.Templates.Definition.Text;

namespace E2B;

/// <summary>
/// A definition of a template: what it starts from, the steps that follow, and what runs when a sandbox of it starts.
/// Begin with one of the From methods, as in
/// <c>Template.FromPythonImage("3.11").Copy("requirements.txt", "/home/user/").Run("pip install -r requirements.txt")</c>.
/// </summary>
/// <remarks>
/// It never changes: each method returns a new definition, so that one can be the beginning of several. Nothing is looked
/// at or sent before it is built. The last two parameters of each method say where the call stands in the caller's source;
/// the compiler fills them in, and an error of the build names that line.
/// </remarks>
public sealed partial class Template
{
    private bool _skipsCache;

    private Template(TemplateSource source) => Source = source;

    /// <summary>What it starts from.</summary>
    public TemplateSource Source { get; }

    /// <summary>The steps, in their order.</summary>
    public IReadOnlyList<TemplateStep> Steps { get; private set; } = [];

    /// <summary>What runs when a sandbox of the template starts; <see langword="null"/> for nothing.</summary>
    public string? StartCommand { get; private set; }

    /// <summary>How it is known that the start command is ready; <see langword="null"/> leaves that to the service, which waits for 20 s.</summary>
    public ReadyCheck? ReadyCheck { get; private set; }

    /// <summary>Where the start command or ready check was written; <see langword="null"/> where there is none, or it is not known.</summary>
    public TemplateOrigin? StartOrigin { get; private set; }

    /// <summary>The local directory that copies are taken from; <see langword="null"/> means the current one when it is built.</summary>
    public string? ContextDirectory { get; private set; }

    /// <summary>What is not copied, in the form of a <c>.dockerignore</c> file's lines, before those of such a file.</summary>
    public IReadOnlyList<string> IgnorePatterns { get; private set; } = [];

    /// <summary>The ignore file that a Dockerfile has of its own, <c>&lt;name&gt;.dockerignore</c> beside it, which is read in place of the context's; <see langword="null"/> for none.</summary>
    public string? IgnoreFile { get; private set; }

    /// <summary>Whether nothing is taken from the cache.</summary>
    public bool SkipsWholeCache { get; private set; }

    /// <summary>The name that a build gives the template when it is told no other, as an e2b.toml file says it; <see langword="null"/> for none.</summary>
    public string? Name { get; private set; }

    /// <summary>The processors of its sandboxes when a build is told no other number; <see langword="null"/> leaves that to the service.</summary>
    public int? CpuCount { get; private set; }

    /// <summary>The memory of its sandboxes in MiB when a build is told no other number; <see langword="null"/> leaves that to the service.</summary>
    public int? MemoryMB { get; private set; }

    /// <summary>Says what a build of this definition uses when it is told nothing else. What is left out stays as it is.</summary>
    /// <param name="name">The template's name.</param>
    /// <param name="cpuCount">The processors of its sandboxes.</param>
    /// <param name="memoryMB">Their memory in MiB.</param>
    /// <returns>The new definition.</returns>
    public Template WithDefaults(string? name = null, int? cpuCount = null, int? memoryMB = null) => Change(next =>
    {
        next.Name = name ?? Name;
        next.CpuCount = cpuCount ?? CpuCount;
        next.MemoryMB = memoryMB ?? MemoryMB;
    });

    /// <summary>Says which local directory copies are taken from, of all steps, earlier ones too.</summary>
    /// <param name="directory">The directory; relative to the current one when it is built.</param>
    /// <param name="ignorePatterns">What is not copied, in the form of a <c>.dockerignore</c> file's lines; <see langword="null"/> leaves what was said before.</param>
    /// <returns>The new definition.</returns>
    /// <exception cref="E2BInvalidArgumentException">The directory is empty.</exception>
    public Template WithContext(string directory, IEnumerable<string>? ignorePatterns = null)
    {
        StepText.NotEmpty(directory, "context directory");
        return Change(next =>
        {
            next.ContextDirectory = directory;
            next.IgnorePatterns = ignorePatterns is null ? IgnorePatterns : ignorePatterns.ToArray();
        });
    }

    /// <summary>Makes the layers of all steps that are added from here on anew at each build.</summary>
    /// <returns>The new definition.</returns>
    public Template SkipCache() => Change(next => next._skipsCache = true);

    /// <summary>Makes everything anew at each build, from the image on.</summary>
    /// <returns>The new definition.</returns>
    public Template SkipWholeCache() => Change(next => next.SkipsWholeCache = next._skipsCache = true);

    /// <summary>What it starts from, and how many steps follow.</summary>
    public override string ToString() => $"{Source}, {Steps.Count} {(Steps.Count == 1 ? "step" : "steps")}";

    // Steps are only ever added at the end, so those of definitions with the same beginning can share them, numbers included.
    private Template Add(params TemplateStep[] steps)
    {
        for (int index = 0; index < steps.Length; index++)
        {
            steps[index].Number = Steps.Count + index + 1;
        }

        return Change(next => next.Steps = (TemplateStep[])[.. Steps, .. steps]);
    }

    private Template Change(Action<Template> change)
    {
        var next = (Template)MemberwiseClone();
        change(next);
        return next;
    }
}
