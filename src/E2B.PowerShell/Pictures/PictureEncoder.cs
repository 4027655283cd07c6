using System.Globalization;
using System.Text;

namespace E2B.PowerShell.Pictures;

/// <summary>Makes a picture the control sequence that shows it.</summary>
internal static class PictureEncoder
{
    /// <summary>What Kitty takes in one sequence.</summary>
    private const int KittyChunk = 4096;

    /// <summary>The sequence; <see langword="null"/> where the terminal cannot show such a picture.</summary>
    public static string? Encode(PictureProtocol protocol, byte[]? png, byte[]? jpeg) => protocol switch
    {
        PictureProtocol.Kitty when png is not null => Kitty(png),
        PictureProtocol.ITerm2 when (png ?? jpeg) is { } picture => string.Create(
            CultureInfo.InvariantCulture, $"\x1b]1337;File=inline=1;size={picture.Length};preserveAspectRatio=1:{Convert.ToBase64String(picture)}\a"),
        PictureProtocol.Sixel when png is not null => PngPicture.TryRead(png) is { } pixels ? SixelEncoder.Encode(pixels) : null,
        _ => null,
    };

    private static string Kitty(byte[] png)
    {
        string data = Convert.ToBase64String(png);
        var text = new StringBuilder(data.Length + 256);
        for (int start = 0; start < data.Length; start += KittyChunk)
        {
            int length = Math.Min(KittyChunk, data.Length - start);
            int more = start + length < data.Length ? 1 : 0;

            // Shown at once (a=T), in PNG (f=100), without an answer (q=2), which nobody would read.
            text.Append("\x1b_G").Append(start == 0 ? "a=T,f=100,q=2," : string.Empty).Append(CultureInfo.InvariantCulture, $"m={more};")
                .Append(data, start, length).Append("\x1b\\");
        }

        return text.ToString();
    }
}
