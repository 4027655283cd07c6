using System.Text;
using E2B.PowerShell.Encodings;
using E2B.PowerShell.Reading;

namespace E2B.PowerShell.Tests.Reading;

public sealed class TextTailTests
{
    /// <summary>In UTF-16 the units hold bytes of 0x0A and 0x0D that are no ends of lines, such as U+0A0D.</summary>
    private const string Text = "\u0A0Da\r\nb\u0D0A\n\nc\r\rd\r\n\u0A0D";

    public static TheoryData<string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (string name in new[] { "utf-8", "utf-16", "utf-16BE", "utf-32" })
            {
                cases.Add(name, false);
                cases.Add(name, true);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_last_lines_are_those_of_the_whole_text(string name, bool hasMark)
    {
        Encoding encoding = Encoding.GetEncoding(name);
        byte[] bytes = [.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(Text)];
        ByteOrderMark mark = ByteOrderMark.Read(bytes, encoding);
        Assert.Equal(hasMark ? encoding.GetPreamble().Length : 0, mark.Length);
        string[] all = LinesOf(encoding, bytes.AsSpan(mark.Length));
        for (int count = 1; count <= all.Length + 1; count++)
        {
            for (int offset = 0; offset < bytes.Length; offset++)
            {
                int found = TextTail.FindLines(bytes.AsSpan(offset), offset, count, mark);
                if (found >= 0)
                {
                    Assert.Equal(all.TakeLast(count), LinesOf(encoding, bytes.AsSpan(offset + found)));
                }
                else
                {
                    // More has to be read, and that ends with the whole.
                    Assert.NotEqual(0, offset);
                }
            }

            Assert.True(TextTail.FindLines(bytes, 0, count, mark) >= mark.Length);
        }
    }

    [Fact]
    public void The_end_of_a_file_is_enough_for_the_lines_in_it()
    {
        byte[] end = "wo\nthree\nfour"u8.ToArray();
        var none = new ByteOrderMark(Encoding.UTF8, 0);
        Assert.Equal(3, TextTail.FindLines(end, 1000, 2, none));
        Assert.Equal(-1, TextTail.FindLines(end, 1000, 3, none));
        Assert.Equal(0, TextTail.FindLines(end, 0, 3, none));
    }

    private static string[] LinesOf(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        var lines = new TextLines(encoding);
        return [.. lines.Add(bytes), .. lines.End()];
    }
}
