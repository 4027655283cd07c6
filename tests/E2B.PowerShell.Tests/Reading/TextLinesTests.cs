using System.Text;
using E2B.PowerShell.Reading;

namespace E2B.PowerShell.Tests.Reading;

public sealed class TextLinesTests
{
    private const string Text = "a\r\nü€\n\n\r\r\n😀x\ry";

    private static readonly string[] _lines = ["a", "ü€", "", "", "", "😀x", "y"];

    public static TheoryData<string> Encodings => ["utf-8", "utf-16", "utf-16BE", "utf-32"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Lines_are_the_same_wherever_the_text_is_cut(string name)
    {
        Encoding encoding = Encoding.GetEncoding(name);
        byte[] bytes = encoding.GetBytes(Text);
        for (int one = 0; one <= bytes.Length; one++)
        {
            for (int two = one; two <= bytes.Length; two++)
            {
                var lines = new TextLines(encoding);
                string[] found = [.. lines.Add(bytes.AsSpan(0, one)), .. lines.Add(bytes.AsSpan(one, two - one)), .. lines.Add(bytes.AsSpan(two)), .. lines.End()];
                Assert.Equal(_lines, found);
            }
        }
    }

    [Fact]
    public void A_line_that_has_come_is_there_before_the_next()
    {
        var lines = new TextLines(Encoding.UTF8);
        Assert.Equal(["one"], lines.Add("one\r"u8));
        Assert.Empty(lines.Add("\n"u8));
        Assert.Equal(["two"], lines.Add("two\nthr"u8));
        Assert.Equal(["thr"], lines.End());
        Assert.Empty(lines.End());
    }

    [Fact]
    public void What_is_cut_off_in_a_character_is_replaced()
    {
        var lines = new TextLines(Encoding.UTF8);
        Assert.Empty(lines.Add([0x61, 0xE2, 0x82]));
        Assert.Equal(["a\uFFFD"], lines.End());
    }
}
