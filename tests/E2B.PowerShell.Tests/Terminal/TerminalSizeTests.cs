using E2B.PowerShell.Terminal;

namespace E2B.PowerShell.Tests.Terminal;

public sealed class TerminalSizeTests
{
    [Theory]
    [InlineData(120, 40, 120, 40)]
    [InlineData(0, 0, 80, 24)]
    [InlineData(0, 40, 80, 40)]
    public void A_terminal_that_does_not_know_its_size_has_the_usual_one(int columns, int rows, int expectedColumns, int expectedRows) =>
        Assert.Equal((expectedColumns, expectedRows), (TerminalSize.Reported(columns, rows).Columns, TerminalSize.Reported(columns, rows).Rows));
}
