namespace E2B.PowerShell.Terminal;

/// <summary>The terminal that this process runs in. Apart from <see cref="Read"/> all may be called from any thread.</summary>
internal interface ILocalTerminal : IDisposable
{
    /// <summary>The window may have another size. Called on any thread.</summary>
    event Action? Resized;

    TerminalSize Size { get; }

    /// <summary>Lets every key through as bytes, Ctrl+C included, and every byte of output as it is.</summary>
    void EnterRawMode();

    /// <summary>Makes the terminal what it was before. Harmless when it is already.</summary>
    /// <param name="discardInput">Whether keys that nobody has read yet are dropped.</param>
    void Restore(bool discardInput);

    /// <summary>Waits for keys.</summary>
    InputRead Read(Span<byte> buffer, TimeSpan timeout, out int count);

    /// <summary>Ends <see cref="Read"/> now and for good, and takes no key away in doing so.</summary>
    void Interrupt();

    void Write(ReadOnlySpan<byte> bytes);
}
