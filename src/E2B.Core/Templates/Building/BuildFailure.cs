using System.Globalization;
using System.Text;

namespace E2B.Templates.Building;

/// <summary>Makes the error of a build that failed: which step, where it was written, why, and what the log said last.</summary>
internal static class BuildFailure
{
    /// <summary>How much of the log the message holds.</summary>
    private const int Lines = 10;

    public static TemplateBuildException Of(
        string name, string templateId, string buildId, string reason, string? step, Template? definition, IReadOnlyCollection<TemplateBuildLogEntry> log)
    {
        string? instruction = step switch
        {
            null => null,
            "base" => definition is null ? null : "FROM " + definition.Source,
            "finalize" => definition?.StartCommand is { } start ? $"the start command '{start}'" : null,
            _ => definition?.FindStep(step)?.ToString(),
        };
        TemplateOrigin? origin = definition?.FindOrigin(step);
        TemplateBuildLogEntry[] own = [.. log.Where(entry => step is not null && entry.Step == step)];
        TemplateBuildLogEntry[] last = own.Length > 0 ? own : [.. log];
        var message = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"The build of '{name}' failed"));
        message.Append(PlaceOf(step, definition));
        message.Append(instruction is null ? null : ", " + OneLine(instruction));
        message.Append(origin is null ? null : $" ({origin})");
        message.Append(": ").Append(reason.TrimEnd('.')).Append('.');
        if (last.Length > 0)
        {
            message.Append(" The log ends with:");
            foreach (TemplateBuildLogEntry entry in last.TakeLast(Lines))
            {
                message.Append("\n  ").Append(entry.Message);
            }
        }

        message.Append(CultureInfo.InvariantCulture, $"\nAll of it is the log of the build {buildId}.");
        return new TemplateBuildException(message.ToString())
        {
            TemplateId = templateId,
            BuildId = buildId,
            Reason = reason,
            FailedStep = step,
            Instruction = instruction,
            Origin = origin,
            Log = last,
        };
    }

    /// <summary>A step for messages: its number, what it does and where it was written.</summary>
    public static string Describe(TemplateStep step, Template definition)
    {
        return string.Create(
            CultureInfo.InvariantCulture,
            $"step {step.Number} of {definition.Steps.Count}, {OneLine(step.ToString())}{(step.Origin is { } origin ? $" ({origin})" : string.Empty)}");
    }

    private static string PlaceOf(string? step, Template? definition) => step switch
    {
        null => string.Empty,
        "base" => " at what it starts from",
        "finalize" => " after its steps, when it was started",
        _ => $" at step {step}" + (definition is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" of {definition.Steps.Count}")),
    };

    private static string OneLine(string? text)
    {
        const int Longest = 200;
        string line = (text ?? string.Empty).ReplaceLineEndings(" ");
        return line.Length > Longest ? line[..Longest] + "…" : line;
    }
}
