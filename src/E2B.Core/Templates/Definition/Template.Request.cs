using System.Globalization;
using E2B.Protocol.Rest;

namespace E2B;

public sealed partial class Template
{
    private const string BaseStep = "base";
    private const string LastStep = "finalize";

    /// <summary>The definition on the wire.</summary>
    /// <param name="hashOf">The hash of a copy's files; <see langword="null"/> for none, as when only the definition is of interest.</param>
    /// <param name="force">Whether this build takes nothing from the cache.</param>
    internal TemplateBuildRequest ToRequest(Func<TemplateCopyStep, string?>? hashOf = null, bool force = false) => new()
    {
        StartCmd = StartCommand,
        ReadyCmd = ReadyCheck?.Command,
        Steps = Steps.Select(step => step.ToModel(step is TemplateCopyStep copy ? hashOf?.Invoke(copy) : null)).ToArray(),
        Force = SkipsWholeCache || force,
        FromImage = Source.Image,
        FromTemplate = Source.Template,
        FromImageRegistry = Source.Registry?.ToModel(),
    };

    /// <summary>The step that the service means, which counts from 1; <see langword="null"/> for the image, the start command and what is unknown.</summary>
    /// <param name="step">The step's name in a build's status.</param>
    internal TemplateStep? FindStep(string? step) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 && number <= Steps.Count ? Steps[number - 1] : null;

    /// <summary>Where that which the service means was written; <see langword="null"/> where not known.</summary>
    /// <param name="step">The step's name in a build's status: <c>base</c>, <c>finalize</c> or a number.</param>
    internal TemplateOrigin? FindOrigin(string? step) => step switch
    {
        BaseStep or "0" => Source.Origin,
        LastStep => StartOrigin ?? (Steps.Count > 0 ? Steps[^1].Origin : Source.Origin),
        _ => FindStep(step)?.Origin,
    };
}
