using System.Globalization;
using System.Management.Automation;

namespace E2B.PowerShell.Templates;

/// <summary>Takes permissions as people write them, 755 or '0755', for octal: PowerShell itself would take the number for a decimal one.</summary>
public sealed class OctalModeTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            null or UnixFileMode => value,
            int number => FromText(number.ToString(CultureInfo.InvariantCulture)),
            string text => FromText(text),
            _ => throw Wrong(value.ToString()),
        };
    }

    private static UnixFileMode FromText(string text)
    {
        string digits = text.Trim();
        digits = digits.StartsWith("0o", StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
        bool isOctal = digits.Length is > 0 and <= 5 && digits.All(static digit => digit is >= '0' and <= '7');
        int mode = isOctal ? Convert.ToInt32(digits, 8) : 0;
        return mode is > 0 and <= 0b111_111_111_111 ? (UnixFileMode)mode : throw Wrong(text);
    }

    private static ArgumentTransformationMetadataException Wrong(string? text) =>
        new($"'{text}' are no permissions. Give them in octal, as chmod takes them: 755, or '0644'.");
}
