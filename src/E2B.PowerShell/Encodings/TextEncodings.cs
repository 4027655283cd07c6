using System.Globalization;
using System.Text;

namespace E2B.PowerShell.Encodings;

/// <summary>The names that PowerShell 7 gives to encodings, and every other one that .NET knows.</summary>
internal static class TextEncodings
{
    /// <summary>UTF-7's code page. .NET makes it no longer, except by its own class.</summary>
    private const int Utf7CodePage = 65000;

    /// <summary>What is meant where nothing is said: UTF-8 without a byte order mark.</summary>
    public static Encoding Default { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The names of PowerShell, in its order, and what each stands for.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> Names { get; } =
    [
        ("ascii", "7 bits; everything else becomes a question mark"),
        ("ansi", "the code page of this computer's culture"),
        ("bigendianunicode", "UTF-16, big-endian"),
        ("bigendianutf32", "UTF-32, big-endian"),
        ("oem", "the code page of MS-DOS and of the console on Windows; UTF-8 elsewhere"),
        ("unicode", "UTF-16, little-endian"),
        ("utf7", "UTF-7, which is obsolete"),
        ("utf8", "UTF-8 without a byte order mark"),
        ("utf8BOM", "UTF-8 with a byte order mark"),
        ("utf8NoBOM", "UTF-8 without a byte order mark"),
        ("utf32", "UTF-32, little-endian"),
    ];

    /// <summary>The encoding with a name of PowerShell's or of .NET's, or with the number of a code page.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Encoding Find(string name) => name.ToUpperInvariant() switch
    {
        "ASCII" => Encoding.ASCII,
        "ANSI" => Find(CultureInfo.CurrentCulture.TextInfo.ANSICodePage),
        "BIGENDIANUNICODE" => Encoding.BigEndianUnicode,
        "BIGENDIANUTF32" => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
        "OEM" => OperatingSystem.IsWindows() ? Find(CultureInfo.CurrentCulture.TextInfo.OEMCodePage) : Default,
        "UNICODE" => Encoding.Unicode,
        "UTF7" or "UTF-7" => Utf7(),
        "UTF8BOM" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: true),
        "UTF8" or "UTF-8" or "UTF8NOBOM" or "DEFAULT" => Default,
        "UTF32" => Encoding.UTF32,
        _ when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int codePage) => Find(codePage),
        _ => CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name),
    };

    /// <summary>The encoding of a code page.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Encoding Find(int codePage) => codePage switch
    {
        Utf7CodePage => Utf7(),
        65001 => Default,

        // .NET takes 0 for its default, here too.
        _ => (codePage == 0 ? null : CodePagesEncodingProvider.Instance.GetEncoding(codePage)) ?? Encoding.GetEncoding(codePage),
    };

    /// <summary>The warning that PowerShell's own cmdlets give about an encoding; <see langword="null"/> when there is none.</summary>
    public static string? Warning(Encoding encoding) =>
        encoding.CodePage == Utf7CodePage ? "Encoding 'UTF-7' is obsolete, please use UTF-8." : null;

    private static UTF7Encoding Utf7() =>
#pragma warning disable SYSLIB0001 // Obsolete, and PowerShell has it all the same: whoever has such a file can read it.
        new();
#pragma warning restore SYSLIB0001
}
