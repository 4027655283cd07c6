using System.Management.Automation;

namespace E2B.PowerShell.Encodings;

/// <summary>Lets an encoding be given by a name of PowerShell's or .NET's, or by the number of its code page, as -Encoding of Get-Content does.</summary>
public sealed class EncodingTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        try
        {
            return value switch
            {
                string name => TextEncodings.Find(name),
                int codePage => TextEncodings.Find(codePage),
                _ => value,
            };
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            string names = string.Join(", ", TextEncodings.Names.Select(static known => known.Name));
            throw new ArgumentTransformationMetadataException(
                $"'{value}' is no encoding. Give one of {names}, another name that .NET knows, such as iso-8859-1, or the number of a code page.", e);
        }
    }
}
