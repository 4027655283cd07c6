using System.Buffers.Binary;
using System.IO.Compression;
using Xunit;

namespace E2B.LocalServer.Tests.Interpreter;

/// <summary>The pixels of a picture: eight bits a channel, with or without alpha, not interlaced.</summary>
internal sealed class Png
{
    private const int SignatureLength = 8;
    private readonly byte[] _pixels;
    private readonly int _channels;

    private Png(int width, int height, int channels, byte[] pixels) => (Width, Height, _channels, _pixels) = (width, height, channels, pixels);

    public int Width { get; }

    public int Height { get; }

    /// <summary>A pixel's red, green and blue, as in a web page.</summary>
    public int At(int x, int y)
    {
        ReadOnlySpan<byte> pixel = _pixels.AsSpan(((y * Width) + x) * _channels);
        return (pixel[0] << 16) | (pixel[1] << 8) | pixel[2];
    }

    public static Png Read(byte[] file)
    {
        Assert.Equal("\u0089PNG\r\n\u001a\n", System.Text.Encoding.Latin1.GetString(file, 0, SignatureLength));
        int width = 0, height = 0, channels = 0;
        var packed = new MemoryStream();
        for (int at = SignatureLength; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            string kind = System.Text.Encoding.ASCII.GetString(file, at + 4, 4);
            ReadOnlySpan<byte> content = file.AsSpan(at + 8, length);
            if (kind == "IHDR")
            {
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(content), BinaryPrimitives.ReadInt32BigEndian(content[4..]));
                Assert.Equal((8, 0), (content[8], content[12]));
                channels = content[9] switch { 2 => 3, 6 => 4, _ => throw new NotSupportedException($"colour type {content[9]}") };
            }
            else if (kind == "IDAT")
            {
                packed.Write(content);
            }

            at += length + 12;
        }

        packed.Position = 0;
        using var unpacked = new ZLibStream(packed, CompressionMode.Decompress);
        return new Png(width, height, channels, Unfilter(unpacked, width * channels, height, channels));
    }

    private static byte[] Unfilter(Stream lines, int length, int height, int channels)
    {
        byte[] pixels = new byte[length * height];
        for (int y = 0; y < height; y++)
        {
            int filter = lines.ReadByte();
            Span<byte> line = pixels.AsSpan(y * length, length);
            lines.ReadExactly(line);
            ReadOnlySpan<byte> above = y == 0 ? new byte[length] : pixels.AsSpan((y - 1) * length, length);
            for (int i = 0; i < length; i++)
            {
                int left = i < channels ? 0 : line[i - channels];
                int corner = i < channels ? 0 : above[i - channels];
                line[i] += (byte)(filter switch
                {
                    0 => 0,
                    1 => left,
                    2 => above[i],
                    3 => (left + above[i]) / 2,
                    4 => Nearest(left, above[i], corner),
                    _ => throw new InvalidDataException($"filter {filter}"),
                });
            }
        }

        return pixels;
    }

    private static int Nearest(int left, int above, int corner)
    {
        int guess = left + above - corner;
        (int toLeft, int toAbove, int toCorner) = (Math.Abs(guess - left), Math.Abs(guess - above), Math.Abs(guess - corner));
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }
}
