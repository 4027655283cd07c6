using System.Text;
using E2B.Commands;

namespace E2B.Core.Tests;

public class GapTests
{
    [Theory]
    [InlineData("a\nb", "c\nd\n", "a|d", "b")]
    [InlineData("a\n", "c\n", "a|c", null)]
    [InlineData("", "c\n", "c", null)]
    [InlineData("b", "c", "", "b")]
    public void No_line_is_made_of_two(string before, string after, string expected, string? dropped)
    {
        var decoder = new Utf8LineDecoder();
        var lines = new List<string>();

        decoder.Decode(Encoding.UTF8.GetBytes(before), lines);
        Assert.Equal(dropped, decoder.Gap());
        decoder.Decode(Encoding.UTF8.GetBytes(after), lines);

        Assert.Equal(expected, string.Join('|', lines));
        Assert.Null(decoder.Flush());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Full_reads_may_start_within_a_line(bool fullBefore)
    {
        byte[] full = Encoding.UTF8.GetBytes(new string('x', (32 * 1024) - 4) + "\nyy\n");
        var decoder = new Utf8LineDecoder();
        var lines = new List<string>();

        decoder.Decode(fullBefore ? full : "a\n"u8, lines);
        int before = lines.Count;
        decoder.Gap();
        decoder.Decode(fullBefore ? "nd\nz\n"u8 : full, lines);

        Assert.Equal([fullBefore ? "z" : "yy"], lines.Skip(before));
    }

    [Fact]
    public void A_line_handed_out_in_pieces_is_unfinished_too()
    {
        var decoder = new Utf8LineDecoder(maxLineBytes: 4);
        var lines = new List<string>();

        decoder.Decode("abcdefgh"u8, lines);
        decoder.Gap();
        decoder.Decode("rest\nx\n"u8, lines);

        Assert.Equal(["abcd", "x"], lines);
    }

    [Fact]
    public void A_capture_is_cut_back_over_its_blocks()
    {
        var capture = new OutputCapture(10_000_000);
        capture.Add("first\n"u8);
        for (int i = 0; i < 20; i++)
        {
            capture.Add(new byte[20_000]);
        }

        capture.Gap();
        capture.Add("rest\nlast\n"u8);

        Assert.Equal("first\nlast\n", capture.ToString());
        Assert.False(capture.IsTruncated);
    }

    [Fact]
    public void A_capture_that_is_full_stays_as_it_is()
    {
        var capture = new OutputCapture(5);
        capture.Add("a\nbcdefg"u8);
        capture.Gap();
        capture.Add("h\ni"u8);

        Assert.Equal("a\nbcd", capture.ToString());
        Assert.True(capture.IsTruncated);
    }
}
