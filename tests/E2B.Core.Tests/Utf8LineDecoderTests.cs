using System.Text;

namespace E2B.Core.Tests;

public class Utf8LineDecoderTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("one\n", new[] { "one" })]
    [InlineData("one", new[] { "one" })]
    [InlineData("one\ntwo\r\nthree", new[] { "one", "two", "three" })]
    [InlineData("\n\r\n\n", new[] { "", "", "" })]
    [InlineData("a\rb\n", new[] { "a\rb" })]
    [InlineData("last\r", new[] { "last\r" })]
    [InlineData("grüße 😀\n日本\r\nçã", new[] { "grüße 😀", "日本", "çã" })]
    public void Lines_are_the_same_wherever_the_bytes_are_cut(string text, string[] expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int size = 1; size <= bytes.Length + 1; size++)
        {
            var decoder = new Utf8LineDecoder();
            var lines = new List<string>();
            foreach (byte[] chunk in bytes.Chunk(size))
            {
                decoder.Decode(chunk, lines);
            }

            if (decoder.Flush() is { } last)
            {
                lines.Add(last);
            }

            Assert.Equal(expected, lines);
        }
    }

    [Fact]
    public void It_says_how_many_lines_a_chunk_completed()
    {
        var decoder = new Utf8LineDecoder();
        var lines = new List<string>();

        Assert.Equal(0, decoder.Decode("on"u8, lines));
        Assert.Equal(2, decoder.Decode("e\ntwo\nth"u8, lines));
        Assert.Equal(["one", "two"], lines);
        Assert.Equal("th", decoder.Flush());
        Assert.Null(decoder.Flush());
    }

    [Fact]
    public void Bytes_that_are_no_utf8_become_replacement_characters()
    {
        var lines = new List<string>();

        new Utf8LineDecoder().Decode([0xff, (byte)'a', 0xc3, (byte)'\n'], lines);

        Assert.Equal(["\ufffda\ufffd"], lines);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void A_line_without_an_end_comes_in_pieces_cut_between_characters(int size)
    {
        string text = string.Concat(Enumerable.Repeat("a😀é", 500));
        var decoder = new Utf8LineDecoder(maxLineBytes: 64);
        var lines = new List<string>();

        foreach (byte[] chunk in Encoding.UTF8.GetBytes(text).Chunk(size))
        {
            decoder.Decode(chunk, lines);
        }

        lines.Add(decoder.Flush() ?? string.Empty);
        Assert.Equal(text, string.Concat(lines));
        Assert.True(lines.Count > 1);
        Assert.DoesNotContain(lines, line => line.Contains('\ufffd', StringComparison.Ordinal));
    }
}
