using E2B.Protocol.Rest;
using E2B.Templates.Definition.Text;

namespace E2B;

/// <summary>Sets the user of the steps that follow, and of the template's sandboxes.</summary>
public sealed class TemplateUserStep : TemplateStep
{
    internal TemplateUserStep(string user, TemplateOrigin? origin, bool skipsCache)
        : base(origin, skipsCache) => User = StepText.NotEmpty(user, "user");

    /// <summary>The user.</summary>
    public string User { get; }

    /// <inheritdoc/>
    public override string Type => TemplateStepTypes.User;

    /// <inheritdoc/>
    public override string Text => User;

    internal override TemplateStepModel ToModel(string? filesHash) => new() { Type = Type, Args = new[] { User }, Force = SkipsCache };
}
