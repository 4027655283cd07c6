using E2B.Protocol.Rest;
using E2B.Templates.Definition.Text;

namespace E2B;

/// <summary>Runs a line in the sandbox's shell.</summary>
public sealed class TemplateRunStep : TemplateStep
{
    internal TemplateRunStep(string command, string? user, TemplateOrigin? origin, bool skipsCache)
        : base(origin, skipsCache)
    {
        Command = StepText.NotEmpty(command, "command");
        User = StepText.Optional(user, "user of the command");
    }

    /// <summary>The line.</summary>
    public string Command { get; }

    /// <summary>Who runs it; <see langword="null"/> for the user that the steps before have set.</summary>
    public string? User { get; }

    /// <inheritdoc/>
    public override string Type => TemplateStepTypes.Run;

    /// <inheritdoc/>
    public override string Text => Command;

    internal override TemplateStepModel ToModel(string? filesHash) => new()
    {
        Type = Type,
        Args = User is null ? new[] { Command } : new[] { Command, User },
        Force = SkipsCache,
    };
}
