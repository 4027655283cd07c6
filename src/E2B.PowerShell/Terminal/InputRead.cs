namespace E2B.PowerShell.Terminal;

/// <summary>What a wait for keys brought.</summary>
internal enum InputRead
{
    /// <summary>Nothing within the time.</summary>
    Nothing,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>The end: the wait was interrupted, or the terminal is gone.</summary>
    Ended,
}
