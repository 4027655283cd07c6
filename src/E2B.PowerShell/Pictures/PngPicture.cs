using System.Buffers.Binary;
using System.IO.Compression;

namespace E2B.PowerShell.Pictures;

/// <summary>The pixels of a PNG picture. It reads what programs that draw write: 8 bits a channel, not interlaced.</summary>
internal sealed class PngPicture
{
    /// <summary>A picture that is larger is no plot, and would take a terminal minutes.</summary>
    private const int MaxPixels = 16 * 1024 * 1024;

    private PngPicture(int width, int height, byte[] rgb) => (Width, Height, Rgb) = (width, height, rgb);

    public int Width { get; }

    public int Height { get; }

    /// <summary>Red, green and blue of each pixel, line by line. What was transparent is white behind.</summary>
    public byte[] Rgb { get; }

    /// <summary>Reads a picture; <see langword="null"/> where it is of a kind that is not read, or broken.</summary>
    public static PngPicture? TryRead(byte[] png)
    {
        try
        {
            return Read(png);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static PngPicture? Read(ReadOnlySpan<byte> png)
    {
        if (png.Length < 33 || !png[..8].SequenceEqual<byte>([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        {
            return null;
        }

        int width = BinaryPrimitives.ReadInt32BigEndian(png[16..]);
        int height = BinaryPrimitives.ReadInt32BigEndian(png[20..]);
        (byte depth, byte colour, byte interlaced) = (png[24], png[25], png[28]);
        int channels = colour switch { 0 => 1, 2 => 3, 3 => 1, 4 => 2, 6 => 4, _ => 0 };
        if (width <= 0 || height <= 0 || (long)width * height > MaxPixels || depth != 8 || channels == 0 || interlaced != 0)
        {
            return null;
        }

        byte[] palette = [];
        byte[] alphas = [];
        using var packed = new MemoryStream();
        for (int at = 8; at + 8 <= png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png[at..]);
            ReadOnlySpan<byte> content = png.Slice(at + 8, length);
            switch (png.Slice(at + 4, 4))
            {
                case var type when type.SequenceEqual("PLTE"u8):
                    palette = content.ToArray();
                    break;
                case var type when type.SequenceEqual("tRNS"u8) && colour == 3:
                    alphas = content.ToArray();
                    break;
                case var type when type.SequenceEqual("IDAT"u8):
                    packed.Write(content);
                    break;
            }

            at += 12 + length;
        }

        packed.Position = 0;
        using var lines = new ZLibStream(packed, CompressionMode.Decompress);
        byte[] rgb = new byte[width * height * 3];
        byte[] line = new byte[(width * channels) + 1];
        byte[] above = new byte[width * channels];
        for (int y = 0; y < height; y++)
        {
            lines.ReadExactly(line);
            Unfilter(line[0], line.AsSpan(1), above, channels);
            for (int x = 0; x < width; x++)
            {
                (byte r, byte g, byte b, byte a) = Pixel(line.AsSpan(1 + (x * channels), channels), colour, palette, alphas);
                int target = ((y * width) + x) * 3;
                rgb[target] = OnWhite(r, a);
                rgb[target + 1] = OnWhite(g, a);
                rgb[target + 2] = OnWhite(b, a);
            }

            line.AsSpan(1).CopyTo(above);
        }

        return new PngPicture(width, height, rgb);
    }

    private static (byte R, byte G, byte B, byte A) Pixel(ReadOnlySpan<byte> bytes, byte colour, byte[] palette, byte[] alphas) => colour switch
    {
        0 => (bytes[0], bytes[0], bytes[0], 255),
        2 => (bytes[0], bytes[1], bytes[2], 255),
        3 => (palette[bytes[0] * 3], palette[(bytes[0] * 3) + 1], palette[(bytes[0] * 3) + 2], bytes[0] < alphas.Length ? alphas[bytes[0]] : (byte)255),
        4 => (bytes[0], bytes[0], bytes[0], bytes[1]),
        _ => (bytes[0], bytes[1], bytes[2], bytes[3]),
    };

    private static byte OnWhite(byte value, byte alpha) => (byte)(((value * alpha) + (255 * (255 - alpha))) / 255);

    /// <summary>Takes back what a line was filtered with: differences to its neighbours.</summary>
    private static void Unfilter(byte filter, Span<byte> line, ReadOnlySpan<byte> above, int step)
    {
        for (int i = 0; i < line.Length; i++)
        {
            int left = i >= step ? line[i - step] : 0;
            int corner = i >= step ? above[i - step] : 0;
            line[i] += (byte)(filter switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                4 => Paeth(left, above[i], corner),
                _ => throw new InvalidDataException("There is no such filter."),
            });
        }
    }

    private static int Paeth(int left, int above, int corner)
    {
        int estimate = left + above - corner;
        (int a, int b, int c) = (Math.Abs(estimate - left), Math.Abs(estimate - above), Math.Abs(estimate - corner));
        return a <= b && a <= c ? left : b <= c ? above : corner;
    }
}
