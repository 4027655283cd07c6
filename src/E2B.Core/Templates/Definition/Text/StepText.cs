using System.Globalization;

namespace E2B.Templates.Definition.Text;

/// <summary>Looks at what callers give for steps.</summary>
internal static class StepText
{
    private const int HighestMode = 0b111_111_111_111;

    /// <summary>Something that cannot be empty.</summary>
    public static string NotEmpty(string? value, string what) => !string.IsNullOrWhiteSpace(value)
        ? value
        : throw new E2BInvalidArgumentException($"The {what} is empty.");

    /// <summary>The same of a list, which has one at least.</summary>
    public static IReadOnlyList<string> NotEmpty(IEnumerable<string>? values, string what)
    {
        string[] list = [.. (values ?? []).Select(value => NotEmpty(value, what))];
        return list.Length > 0 ? list : throw new E2BInvalidArgumentException($"There is no {what}.");
    }

    /// <summary>What may be left out, but cannot be empty.</summary>
    public static string? Optional(string? value, string what) => value is null ? null : NotEmpty(value, what);

    /// <summary>Permissions as four octal digits.</summary>
    public static string Octal(UnixFileMode mode) => (int)mode is > 0 and <= HighestMode
        ? Convert.ToString((int)mode, 8).PadLeft(4, '0')
        : throw new E2BInvalidArgumentException(string.Create(
            CultureInfo.InvariantCulture, $"{Convert.ToString((int)mode, 8)} are no permissions. In octal they are 1 to 7777, such as 755."));
}
