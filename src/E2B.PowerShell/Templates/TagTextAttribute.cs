using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace E2B.PowerShell.Templates;

/// <summary>
/// Takes tags. PowerShell makes a number of what looks like one: alone it arrives as it was typed, in a list its text is
/// lost, and <c>1.10,latest</c> has become 1.1.
/// </summary>
public sealed class TagTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is IList several)
        {
            foreach (object? one in several)
            {
                RefuseNumber(one is PSObject item ? item.BaseObject : one);
            }

            return inputData;
        }

        // A number that was typed is in a wrapper with its text; only where that is its usual one, as of 2024, it is not.
        if (inputData is PSObject && IsNumber(value))
        {
            return inputData.ToString();
        }

        if (value is not (int or long))
        {
            RefuseNumber(value);
        }

        return inputData;
    }

    private static void RefuseNumber(object? value)
    {
        if (IsNumber(value))
        {
            throw new ArgumentTransformationMetadataException(string.Create(
                CultureInfo.InvariantCulture,
                $"The tag {value} is a number here, and as a number 1.10 is 1.1: how it was written is lost. Quote it where it is written, as in '1.10', 'latest'."));
        }
    }

    private static bool IsNumber(object? value) =>
        value is double or float or decimal or int or long or uint or ulong or short or ushort or byte or sbyte or System.Numerics.BigInteger;
}
