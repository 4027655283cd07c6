using System.Globalization;
using System.Management.Automation;

namespace E2B.PowerShell.Binding;

/// <summary>Lets a duration be given as a TimeSpan or as a whole number of seconds. PowerShell itself takes a number for ticks.</summary>
public sealed class SecondsTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            int or long or short or byte => TimeSpan.FromSeconds(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            string text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) => TimeSpan.FromSeconds(seconds),
            _ => value,
        };
    }
}
