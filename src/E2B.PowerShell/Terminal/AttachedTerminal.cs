using System.Runtime.InteropServices;

namespace E2B.PowerShell.Terminal;

/// <summary>
/// The one session that the process's terminal can be attached to at a time. The terminal is given back also
/// when the process ends in its midst, or the module is removed.
/// </summary>
internal sealed class AttachedTerminal : IDisposable
{
    private static readonly object _lock = new();
    private static AttachedTerminal? _current;

    private readonly object _owner;
    private readonly TerminalSession _session;
    private readonly List<PosixSignalRegistration> _signals = [];

    private AttachedTerminal(object owner, TerminalSession session)
    {
        _owner = owner;
        _session = session;
        AppDomain.CurrentDomain.ProcessExit += GiveBack;
        foreach (PosixSignal signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGHUP, PosixSignal.SIGTERM, PosixSignal.SIGQUIT])
        {
            // The signal is not taken away from anybody: the process ends as it would have.
            _signals.Add(PosixSignalRegistration.Create(signal, _ => _session.Abandon()));
        }
    }

    /// <summary>Whether the terminal is taken.</summary>
    public static bool IsTaken => _current is not null;

    /// <summary>Makes a session the one.</summary>
    /// <param name="owner">The PowerShell session that it belongs to.</param>
    /// <param name="session">The session.</param>
    /// <exception cref="IOException">There is one already.</exception>
    public static AttachedTerminal Take(object owner, TerminalSession session)
    {
        lock (_lock)
        {
            return _current = _current is null
                ? new AttachedTerminal(owner, session)
                : throw new IOException("This terminal is attached to a sandbox already, by another runspace of this process.");
        }
    }

    /// <summary>Gives the terminal back if it is this owner's session that has it.</summary>
    public static void Abandon(object owner)
    {
        AttachedTerminal? current = _current;
        if (current is not null && current._owner == owner)
        {
            current._session.Abandon();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _current = _current == this ? null : _current;
        }

        AppDomain.CurrentDomain.ProcessExit -= GiveBack;
        _signals.ForEach(static signal => signal.Dispose());
    }

    private void GiveBack(object? sender, EventArgs e) => _session.Abandon();
}
