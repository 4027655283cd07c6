using System.Management.Automation;

namespace E2B.PowerShell.Binding;

/// <summary>The one way to name what sandboxes are made from: a template, its name or id, a build or tag of it, or a snapshot or its id.</summary>
internal static class TemplateArgument
{
    /// <summary>The name or id from which sandboxes are made.</summary>
    /// <exception cref="E2BInvalidArgumentException">It is neither text nor one of these.</exception>
    public static string? GetName(object? value) => Unwrap(value) switch
    {
        null => null,
        TemplateBuildResult or TemplateTag => Unwrap(value)!.ToString(),
        object one when TextOf(one, "SnapshotId") is { } snapshot => snapshot,
        object one => GetTemplate(one)
            ?? throw new E2BInvalidArgumentException($"'{value}' is no template. Give a template's name, name:tag or id, or a snapshot or its id."),
    };

    /// <summary>The name or id of the template itself, whichever of its builds is meant.</summary>
    /// <returns><see langword="null"/> when the value is none: a sandbox is not, though it has a template, lest piped sandboxes end what others are made from.</returns>
    public static string? GetTemplate(object? value) => Unwrap(value) switch
    {
        null or Sandbox => null,
        string text => NotBlank(text),
        TemplateTag tag => tag.Template,
        object one when TextOf(one, "SandboxId") is null => TextOf(one, "TemplateId"),
        _ => null,
    };

    /// <summary>The build that a value is of.</summary>
    /// <returns><see langword="null"/> when it is of none, or of more than one, as a template is.</returns>
    public static string? GetBuild(object? value) => Unwrap(value) switch
    {
        TemplateBuildInfo build => build.BuildId,
        TemplateBuildResult result => result.BuildId,
        TemplateBuildLogEntry entry => entry.BuildId,
        TemplateTag tag => tag.BuildId,
        _ => null,
    };

    private static object? Unwrap(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    private static string? TextOf(object value, string property) => NotBlank(PSObject.AsPSObject(value).Properties[property]?.Value as string);

    private static string? NotBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
