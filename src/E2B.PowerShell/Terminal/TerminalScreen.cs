namespace E2B.PowerShell.Terminal;

/// <summary>The local terminal while it shows a program of a sandbox. Whoever leaves it, and when, it becomes what it was.</summary>
internal sealed class TerminalScreen(ILocalTerminal terminal)
{
    private const string SaveTitle = "\e[22;0t";
    private const string RestoreTitle = "\e[23;0t";

    /// <summary>How long leaving waits for output that is being written.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly object _lock = new();
    private readonly ScreenModes _modes = new();
    private bool _entered;

    /// <summary>Takes the terminal over.</summary>
    /// <param name="modes">What programs that run already have switched on, as <see cref="Leave"/> returned it.</param>
    public void Enter(byte[]? modes)
    {
        lock (_lock)
        {
            terminal.EnterRawMode();
            _entered = true;
            terminal.Write(System.Text.Encoding.ASCII.GetBytes(SaveTitle));
        }

        Write(modes);
    }

    /// <summary>Shows output; nothing any more when the terminal has been left.</summary>
    public void Write(ReadOnlySpan<byte> output)
    {
        lock (_lock)
        {
            if (_entered)
            {
                _modes.Follow(output);
                terminal.Write(output);
            }
        }
    }

    /// <summary>Gives the terminal back. Harmless when that has happened.</summary>
    /// <param name="discardInput">Whether keys that nobody has read are dropped, and answers of the terminal to a program that is gone.</param>
    /// <returns>The modes that programs had switched on.</returns>
    public byte[] Leave(bool discardInput)
    {
        // A terminal that takes no output must not keep anybody from leaving.
        bool locked = Monitor.TryEnter(_lock, _patience);
        try
        {
            if (!_entered)
            {
                return [];
            }

            _entered = false;
            byte[] modes = _modes.ToRestoreThem();
            if (locked)
            {
                TryWrite(_modes.ToReset());
                TryWrite(System.Text.Encoding.ASCII.GetBytes(RestoreTitle));
            }

            terminal.Restore(discardInput);
            return modes;
        }
        finally
        {
            if (locked)
            {
                Monitor.Exit(_lock);
            }
        }
    }

    private void TryWrite(byte[] bytes)
    {
        try
        {
            terminal.Write(bytes);
        }
        catch (IOException)
        {
            // The window is gone.
        }
    }
}
