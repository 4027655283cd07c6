using System.Buffers;
using System.Text;
using E2B.PowerShell.Terminal;

namespace E2B.PowerShell.Tests.Terminal;

public sealed class DetachKeyTests
{
    [Theory]
    [InlineData("Ctrl+],Ctrl+]", "Ctrl+] Ctrl+]")]
    [InlineData("ctrl+p, ctrl+q", "Ctrl+P Ctrl+Q")]
    [InlineData("^a,d", "Ctrl+A d")]
    [InlineData("~,.", "~ .")]
    [InlineData("Ctrl+\\", "Ctrl+\\")]
    public void Keys_are_read_as_people_write_them(string text, string shown) => Assert.Equal(shown, DetachKey.Parse(text)!.ToString());

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("none")]
    public void There_need_not_be_one(string text) => Assert.Null(DetachKey.Parse(text));

    [Theory]
    [InlineData("Ctrl+")]
    [InlineData("Ctrl+1")]
    [InlineData("Ctrl+[")]
    [InlineData("Alt+x")]
    [InlineData("Ctrl+],")]
    [InlineData("ü")]
    public void What_no_terminal_sends_as_one_key_is_refused(string text) =>
        Assert.Throws<E2BInvalidArgumentException>(() => DetachKey.Parse(text));

    [Theory]
    [InlineData("\x1d\x1d")]
    [InlineData("\e[93;5u\e[93;5u")]
    [InlineData("\e[27;5;93~\e[27;5;93~")]
    [InlineData("\e[93;133u\x1d")]
    public void It_is_found_in_every_form(string typed)
    {
        var filter = new DetachKeyFilter(DetachKey.Parse(DetachKey.Default));
        Assert.Equal(("abc", true), Pass(filter, "abc" + typed + "rest"));
    }

    [Theory]
    [InlineData("\e[93;6u\e[93;6u")]
    [InlineData("\e[93u\e[93u")]
    [InlineData("\e[28;5;93~\e[28;5;93~")]
    [InlineData("\e[93;5")]
    [InlineData("\e[<0;10;5M\e[<0;10;5m")]
    [InlineData("\e[A\eOP\e")]
    [InlineData("\x1d\e[A\x1d")]
    [InlineData("\e[200~grüße €😀\r\n\e[201~")]
    public void Everything_else_goes_through_as_it_is(string typed)
    {
        var filter = new DetachKeyFilter(DetachKey.Parse(DetachKey.Default));
        (string passed, bool detached) = Pass(filter, typed);
        Assert.False(detached);
        Assert.Equal(typed, passed + Release(filter));
    }

    [Fact]
    public void It_may_come_in_two_reads()
    {
        var filter = new DetachKeyFilter(DetachKey.Parse("Ctrl+P,Ctrl+Q"));
        Assert.Equal(("a", false), Pass(filter, "a\x10"));
        Assert.True(filter.IsHolding);
        Assert.Equal(("", true), Pass(filter, "\x11"));
    }

    [Fact]
    public void What_was_held_back_comes_before_the_next_key()
    {
        var filter = new DetachKeyFilter(DetachKey.Parse("Ctrl+P,Ctrl+Q"));
        Assert.Equal(("", false), Pass(filter, "\x10"));
        Assert.Equal(("\x10x", false), Pass(filter, "x"));
        Assert.Equal(("", false), Pass(filter, "\x10"));
        Assert.Equal("\x10", Release(filter));
        Assert.False(filter.IsHolding);
        Assert.Equal(("\x11", false), Pass(filter, "\x11"));
    }

    [Fact]
    public void Its_beginning_may_be_repeated()
    {
        var filter = new DetachKeyFilter(DetachKey.Parse("^A,^A,^B"));
        Assert.Equal(("\x01\x01", true), Pass(filter, "\x01\x01\x01\x01\x02"));
        Assert.Equal(("\x01\x01", false), Pass(filter, "\x01\x01\x01\x01"));
        Assert.Equal(("\x01\x01\x03", false), Pass(filter, "\x03"));
    }

    [Fact]
    public void Without_a_key_nothing_is_looked_for()
    {
        var filter = new DetachKeyFilter(null);
        Assert.Equal(("\x1d\x1d", false), Pass(filter, "\x1d\x1d"));
    }

    private static (string Passed, bool Detached) Pass(DetachKeyFilter filter, string typed)
    {
        var output = new ArrayBufferWriter<byte>();
        bool detached = filter.Pass(Encoding.UTF8.GetBytes(typed), output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), detached);
    }

    private static string Release(DetachKeyFilter filter)
    {
        var output = new ArrayBufferWriter<byte>();
        filter.Release(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
