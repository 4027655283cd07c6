using System.Management.Automation;

namespace E2B.PowerShell.Templates;

/// <summary>Says what to do where something else stands in the place of a definition, most often nothing.</summary>
public sealed class DefinitionTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is Template
            ? value
            : throw new ArgumentTransformationMetadataException(
                value is null
                    ? "There is no definition of a template here. Begin with New-E2BTemplate, and pipe what it returns."
                    : $"'{value}' is no definition of a template. Begin with New-E2BTemplate, and pipe what it returns; all else needs its parameter's name, such as -Run or -Command.");
    }
}
