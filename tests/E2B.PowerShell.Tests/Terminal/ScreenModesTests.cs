using System.Text;
using E2B.PowerShell.Terminal;

namespace E2B.PowerShell.Tests.Terminal;

public sealed class ScreenModesTests
{
    private const string Nothing = "\e[0m";

    [Theory]
    [InlineData("hello\r\n")]
    [InlineData("\e[31mred\e[0m \e[2J\e[H\e[5;10H")]
    [InlineData("\e[?1049h\e[?1049l")]
    [InlineData("\e[?25l\e[?25h")]
    [InlineData("\e[?9999h")]
    [InlineData("\e]0;title\a\e]11;?\e\\")]
    [InlineData("\e[>c\e[6n\e[?u")]
    [InlineData("\e[>1u\e[<u")]
    [InlineData("\e[>4;2m\e[>4;0m")]
    [InlineData("\e[1;20r\e[r")]
    [InlineData("\e[?1049;1h\e=\e[?25l\ec")]
    public void What_programs_put_back_themselves_is_left_alone(string output) => Assert.Equal(Nothing, Reset(output));

    [Theory]
    [InlineData("\e[?1049h", "\e[0m\e[?1049l")]
    [InlineData("\e[?1h\e=", "\e>\e[?1l\e[0m")]
    [InlineData("\e[?1000;1006h\e[?2004h", "\e[?1000l\e[?1006l\e[?2004l\e[0m")]
    [InlineData("\e[?25l", "\e[?25h\e[0m")]
    [InlineData("\e[?7l", "\e[?7h\e[0m")]
    [InlineData("\e[2;10r", "\e7\e[r\e8\e[0m")]
    [InlineData("\e[4 q", "\e[0 q\e[0m")]
    [InlineData("\e[>4;2m", "\e[>4m\e[0m")]
    [InlineData("\e[>1u\e[>3u", "\e[<2u\e[0m")]
    [InlineData("\e(0", "\e(B\x0f\e[0m")]
    [InlineData("\x0e", "\e(B\x0f\e[0m")]
    [InlineData("\e]11;#000000\a", "\e]111\e\\\e[0m")]
    public void What_programs_leave_behind_is_put_back(string output, string reset) => Assert.Equal(reset, Reset(output));

    [Theory]
    [InlineData("text\e")]
    [InlineData("\e[12;")]
    [InlineData("\e]0;half a tit")]
    [InlineData("\eP+q")]
    public void A_sequence_that_was_cut_off_is_ended_first(string output) => Assert.Equal("\x18" + Nothing, Reset(output));

    [Fact]
    public void Sequences_may_be_cut_anywhere()
    {
        const string Output = "a\e[?1049h\e[?1000;1002hü\e]0;t\e\\\e[?2004h";
        var modes = new ScreenModes();
        foreach (byte value in Encoding.UTF8.GetBytes(Output))
        {
            modes.Follow([value]);
        }

        Assert.Equal(Reset(Output), Encoding.ASCII.GetString(modes.ToReset()));
    }

    [Fact]
    public void Who_comes_back_gets_the_modes_again()
    {
        var modes = new ScreenModes();
        modes.Follow("\e[?1049h\e[?1h\e=\e[?25l\e[?2026h"u8);
        Assert.Equal("\e[?1h\e[?25l\e[?1049h\e=", Encoding.ASCII.GetString(modes.ToRestoreThem()));
        modes.ToReset();
        Assert.Equal(Nothing, Encoding.ASCII.GetString(modes.ToReset()));
    }

    [Fact]
    public void Endless_sequences_take_no_memory_and_do_no_harm()
    {
        var modes = new ScreenModes();
        modes.Follow(Encoding.ASCII.GetBytes("\e[" + new string('1', 100_000) + "h\e]52;" + new string('x', 100_000) + "\a\e[?25l"));
        Assert.Equal("\e[?25h\e[0m", Encoding.ASCII.GetString(modes.ToReset()));
    }

    private static string Reset(string output)
    {
        var modes = new ScreenModes();
        modes.Follow(Encoding.UTF8.GetBytes(output));
        return Encoding.ASCII.GetString(modes.ToReset());
    }
}
