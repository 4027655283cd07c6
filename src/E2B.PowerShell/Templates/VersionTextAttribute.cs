using System.Globalization;
using System.Management.Automation;

namespace E2B.PowerShell.Templates;

/// <summary>
/// Takes versions. What is typed arrives as it was typed, 3.10 too; a number that was computed, or stood in a variable, has lost that text,
/// and 3.10 has become 3.1.
/// </summary>
public sealed class VersionTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        // PowerShell keeps the text of a number that stands in the command itself with the number, in a wrapper of it.
        if (inputData is double or float or decimal)
        {
            throw new ArgumentTransformationMetadataException(string.Create(
                CultureInfo.InvariantCulture, $"The version {inputData} is a number, and 3.10 as a number is 3.1. Quote it where it is written: '3.10'."));
        }

        return inputData is PSObject { BaseObject: double or float or decimal } typed ? typed.ToString() : inputData;
    }
}
