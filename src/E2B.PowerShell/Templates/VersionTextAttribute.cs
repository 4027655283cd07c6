using System.Globalization;
using System.Management.Automation;

namespace E2B.PowerShell.Templates;

/// <summary>Takes versions, numbers too where their text is known; the cmdlet asks <see cref="VersionText"/> about the others.</summary>
public sealed class VersionTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => inputData switch
    {
        // PowerShell keeps the text of a number that stands in the command itself, 3.10, in a wrapper of it, if it is not that of the number.
        PSObject { BaseObject: double or float or decimal } typed => typed.ToString(),
        double or float or decimal => VersionText.OfNumber(Convert.ToString(inputData, CultureInfo.InvariantCulture)!),
        _ => inputData,
    };
}
