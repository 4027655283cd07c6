using System.Text;

namespace E2B.Transfers;

/// <summary>
/// Which names are the same where capitals do not count, as on Windows and macOS; on macOS it does not count either how
/// a letter with an accent is written.
/// </summary>
internal sealed class NameComparer : IEqualityComparer<string>
{
    private static readonly NameComparer _loose = new();

    private NameComparer()
    {
    }

    /// <summary>The rules of the file systems that this machine usually has.</summary>
    public static IEqualityComparer<string> OfThisMachine { get; } = For(OperatingSystem.IsWindows() || OperatingSystem.IsMacOS());

    public static IEqualityComparer<string> For(bool ignoresCase) => ignoresCase ? _loose : StringComparer.Ordinal;

    public bool Equals(string? x, string? y) =>
        ReferenceEquals(x, y) || (x is not null && y is not null && StringComparer.OrdinalIgnoreCase.Equals(Composed(x), Composed(y)));

    public int GetHashCode(string obj) => StringComparer.OrdinalIgnoreCase.GetHashCode(Composed(obj));

    private static string Composed(string name)
    {
        try
        {
            return name.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair, which has no other form.
            return name;
        }
    }
}
