using E2B.Protocol.Rest;
using E2B.Templates.Definition.Text;

namespace E2B;

/// <summary>Sets environment variables for the steps that follow. They are not there in the template's sandboxes.</summary>
public sealed class TemplateEnvironmentStep : TemplateStep
{
    internal TemplateEnvironmentStep(IReadOnlyList<KeyValuePair<string, string>> variables, TemplateOrigin? origin, bool skipsCache)
        : base(origin, skipsCache)
    {
        foreach ((string name, string value) in variables)
        {
            if (string.IsNullOrEmpty(name) || name.AsSpan().ContainsAny('=', '\0') || value is null || value.Contains('\0', StringComparison.Ordinal))
            {
                throw new E2BInvalidArgumentException(
                    $"The environment variable '{name}' cannot be. A name is not empty and holds no '=', a value is text; neither holds a null character.");
            }
        }

        Variables = variables;
    }

    /// <summary>The variables, in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables { get; }

    /// <inheritdoc/>
    public override string Type => TemplateStepTypes.Environment;

    /// <inheritdoc/>
    public override string Text => string.Join(' ', Variables.Select(variable => $"{variable.Key}={ShellText.Quote(variable.Value)}"));

    internal override TemplateStepModel ToModel(string? filesHash) => new()
    {
        Type = Type,
        Args = Variables.SelectMany(variable => new[] { variable.Key, variable.Value }).ToArray(),
        Force = SkipsCache,
    };
}
