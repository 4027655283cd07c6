using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace E2B.PowerShell.Binding;

/// <summary>
/// Takes a moment as people name it: a date, or how long ago: a TimeSpan, whole seconds, or text such as <c>90s</c>,
/// <c>10m</c>, <c>2h</c>, <c>1d</c>. PowerShell itself makes a short of 90s, and of 1d a decimal, which stays refused:
/// it would mean a second.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed partial class MomentTransformationAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            DateTimeOffset moment => moment,
            DateTime { Kind: DateTimeKind.Unspecified } date => new DateTimeOffset(DateTime.SpecifyKind(date, DateTimeKind.Local)),
            DateTime date => new DateTimeOffset(date),
            TimeSpan ago => Ago(ago),
            IConvertible number and (int or long or short) => Ago(TimeSpan.FromSeconds(Convert.ToDouble(number, CultureInfo.InvariantCulture))),
            string text => FromText(text),
            null => null,
            { } other => throw Refused(other),
        };

    private static DateTimeOffset FromText(string text)
    {
        if (Duration().Match(text) is { Success: true } match
            && double.TryParse(match.Groups[1].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
        {
            int seconds = char.ToLowerInvariant(match.Groups[2].Value[0]) switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 86_400 };
            return Ago(TimeSpan.FromSeconds(Math.Min(number * seconds, int.MaxValue)));
        }

        // Dates as casts to [datetime] take them.
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal | DateTimeStyles.AllowWhiteSpaces, out DateTimeOffset moment)
            ? moment
            : throw Refused(text);
    }

    private static DateTimeOffset Ago(TimeSpan ago) => DateTimeOffset.UtcNow - ago.Duration();

    private static ArgumentTransformationMetadataException Refused(object value) => new(
        $"'{value}' is no moment. Give a date ('2030-01-31 12:00', (Get-Date).AddMinutes(-5)), or how long ago: a TimeSpan, seconds, or '90s', '10m', '2h', '1d', in quotes.");

    [GeneratedRegex(@"^\s*-?(\d+(?:\.\d+)?)\s*([smhd])\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Duration();
}
