namespace E2B.PowerShell.Terminal;

/// <summary>How many characters a terminal shows.</summary>
internal readonly record struct TerminalSize(int Columns, int Rows)
{
    /// <summary>What a terminal says of itself. One that does not know, and says 0, counts as the usual 80 x 24.</summary>
    public static TerminalSize Reported(int columns, int rows) => new(columns > 0 ? columns : 80, rows > 0 ? rows : 24);

    /// <summary>The size that differs by one row: changing to it and back makes programs draw anew.</summary>
    public TerminalSize OneRowLess => this with { Rows = Rows > 1 ? Rows - 1 : Rows + 1 };
}
