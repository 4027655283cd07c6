using System.Management.Automation;

namespace E2B.PowerShell.Binding;

/// <summary>The one way to name what sandboxes are made from: a template's name or id, or a snapshot, or its id.</summary>
internal static class TemplateArgument
{
    /// <summary>The name or id that a value is or has.</summary>
    /// <exception cref="E2BInvalidArgumentException">It is neither text nor a snapshot.</exception>
    public static string? GetName(object? value) => value switch
    {
        null => null,
        string text => text,
        PSObject { BaseObject: string text } => text,
        _ => PSObject.AsPSObject(value).Properties["SnapshotId"]?.Value as string
            ?? throw new E2BInvalidArgumentException($"'{value}' is no template. Give a template's name, name:tag or id, or a snapshot or its id."),
    };
}
