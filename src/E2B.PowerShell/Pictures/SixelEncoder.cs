using System.Globalization;
using System.Text;

namespace E2B.PowerShell.Pictures;

/// <summary>Translates pixels into Sixel: bands of six lines, colour by colour.</summary>
internal static class SixelEncoder
{
    private const int Colours = 256;
    private const int Band = 6;

    public static string Encode(PngPicture picture)
    {
        (byte[] pixels, List<int> palette) = Reduce(picture);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\x1bP0;1q\"1;1;{picture.Width};{picture.Height}");
        for (int i = 0; i < palette.Count; i++)
        {
            (int r, int g, int b) = (palette[i] >> 16, (palette[i] >> 8) & 255, palette[i] & 255);
            text.Append(CultureInfo.InvariantCulture, $"#{i};2;{Percent(r)};{Percent(g)};{Percent(b)}");
        }

        for (int top = 0; top < picture.Height; top += Band)
        {
            WriteBand(text, picture, pixels, top);
        }

        return text.Append("\x1b\\").ToString();
    }

    private static int Percent(int value) => ((value * 100) + 127) / 255;

    private static void WriteBand(StringBuilder text, PngPicture picture, byte[] pixels, int top)
    {
        int lines = Math.Min(Band, picture.Height - top);
        bool[] used = new bool[Colours];
        foreach (byte colour in pixels.AsSpan(top * picture.Width, lines * picture.Width))
        {
            used[colour] = true;
        }

        for (int colour = 0; colour < Colours; colour++)
        {
            if (used[colour])
            {
                text.Append('#').Append(colour);
                WriteColour(text, picture, pixels, top, lines, (byte)colour);
                text.Append('$');
            }
        }

        text.Append('-');
    }

    private static void WriteColour(StringBuilder text, PngPicture picture, byte[] pixels, int top, int lines, byte colour)
    {
        char last = '\0';
        int count = 0;
        for (int x = 0; x < picture.Width; x++)
        {
            int bits = 0;
            for (int y = 0; y < lines; y++)
            {
                bits |= pixels[((top + y) * picture.Width) + x] == colour ? 1 << y : 0;
            }

            char sixel = (char)('?' + bits);
            if (sixel != last)
            {
                Repeat(text, last, count);
                (last, count) = (sixel, 0);
            }

            count++;
        }

        // What is empty to the end of the line need not be said.
        Repeat(text, last, last == '?' ? 0 : count);
    }

    private static void Repeat(StringBuilder text, char sixel, int count)
    {
        if (count > 3)
        {
            text.Append('!').Append(count).Append(sixel);
        }
        else if (count > 0)
        {
            text.Append(sixel, count);
        }
    }

    /// <summary>The most frequent colours as they are, and for each of the others the nearest of those.</summary>
    private static (byte[] Pixels, List<int> Palette) Reduce(PngPicture picture)
    {
        int count = picture.Width * picture.Height;
        int[] colours = new int[count];
        var frequency = new Dictionary<int, int>();
        for (int i = 0; i < count; i++)
        {
            // Five bits a channel: a terminal shows no more, and edges that are smoothed have fewer colours.
            int colour = (Round(picture.Rgb[i * 3]) << 16) | (Round(picture.Rgb[(i * 3) + 1]) << 8) | Round(picture.Rgb[(i * 3) + 2]);
            colours[i] = colour;
            frequency[colour] = frequency.GetValueOrDefault(colour) + 1;
        }

        List<int> palette = [.. frequency.OrderByDescending(static one => one.Value).Take(Colours).Select(static one => one.Key)];
        Dictionary<int, byte> nearest = frequency.Keys.ToDictionary(static colour => colour, colour => Nearest(colour, palette));
        byte[] pixels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            pixels[i] = nearest[colours[i]];
        }

        return (pixels, palette);
    }

    private static int Round(byte value) => ((value >> 3) * 255 + 15) / 31;

    private static byte Nearest(int colour, List<int> palette)
    {
        int best = 0;
        int least = int.MaxValue;
        for (int i = 0; i < palette.Count && least > 0; i++)
        {
            (int r, int g, int b) = ((colour >> 16) - (palette[i] >> 16), ((colour >> 8) & 255) - ((palette[i] >> 8) & 255), (colour & 255) - (palette[i] & 255));
            int distance = (r * r) + (g * g) + (b * b);
            if (distance < least)
            {
                (best, least) = (i, distance);
            }
        }

        return (byte)best;
    }
}
