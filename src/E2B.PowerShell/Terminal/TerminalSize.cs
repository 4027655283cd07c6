namespace E2B.PowerShell.Terminal;

/// <summary>How many characters a terminal shows.</summary>
internal readonly record struct TerminalSize(int Columns, int Rows)
{
    /// <summary>The size that differs by one row: changing to it and back makes programs draw anew.</summary>
    public TerminalSize OneRowLess => this with { Rows = Rows > 1 ? Rows - 1 : Rows + 1 };
}
