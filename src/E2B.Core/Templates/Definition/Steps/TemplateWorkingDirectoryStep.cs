using E2B.Protocol.Rest;
using E2B.Templates.Definition.Text;

namespace E2B;

/// <summary>Sets the directory of the steps that follow, and of the template's sandboxes.</summary>
public sealed class TemplateWorkingDirectoryStep : TemplateStep
{
    internal TemplateWorkingDirectoryStep(string directory, TemplateOrigin? origin, bool skipsCache)
        : base(origin, skipsCache) => Directory = StepText.NotEmpty(directory, "working directory");

    /// <summary>The directory.</summary>
    public string Directory { get; }

    /// <inheritdoc/>
    public override string Type => TemplateStepTypes.WorkingDirectory;

    /// <inheritdoc/>
    public override string Text => Directory;

    internal override TemplateStepModel ToModel(string? filesHash) => new() { Type = Type, Args = new[] { Directory }, Force = SkipsCache };
}
