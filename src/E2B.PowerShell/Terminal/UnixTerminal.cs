using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace E2B.PowerShell.Terminal;

/// <summary>
/// A terminal of Linux or macOS, read and written past .NET's console layer. What <c>struct termios</c> looks
/// like is left to the C library.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed unsafe class UnixTerminal : ILocalTerminal
{
    /// <summary>More than <c>struct termios</c> takes anywhere.</summary>
    private const int AttributeBytes = 256;

    /// <summary>.NET expects cursor keys in application mode at its prompt; programs in the sandbox expect the default.</summary>
    private const string DefaultKeys = "\e[?1l\e>";
    private const string ApplicationKeys = "\e[?1h\e=";

    private readonly object _lock = new();
    private readonly AnonymousPipeServerStream _interrupt = new(PipeDirection.Out, HandleInheritability.None);
    private readonly byte[] _before = new byte[AttributeBytes];
    private readonly byte[] _raw = new byte[AttributeBytes];
    private readonly PosixSignalRegistration _windowChange;
    private bool _isRaw;

    public UnixTerminal() => _windowChange = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resized?.Invoke());

    /// <inheritdoc/>
    public event Action? Resized;

    /// <inheritdoc/>
    public TerminalSize Size => TerminalSize.Reported(Console.WindowWidth, Console.WindowHeight);

    private static bool KnowsApplicationKeys =>
        Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } name && name is not ("dumb" or "linux");

    /// <inheritdoc/>
    public void EnterRawMode()
    {
        lock (_lock)
        {
            Get(_before);
            _before.CopyTo(_raw, 0);
            fixed (byte* raw = _raw)
            {
                Libc.MakeRaw(raw);
            }

            Set(_raw, Libc.ApplyNow);
            _isRaw = true;

            // As the system answers it, to compare with.
            Get(_raw);
        }

        Write(KnowsApplicationKeys ? DefaultKeys : string.Empty);
    }

    /// <inheritdoc/>
    public void Restore(bool discardInput)
    {
        lock (_lock)
        {
            if (!_isRaw)
            {
                return;
            }

            _isRaw = false;
            Write(KnowsApplicationKeys ? ApplicationKeys : string.Empty);
            Set(_before, discardInput ? Libc.ApplyAndDropInput : Libc.ApplyNow);
        }
    }

    /// <inheritdoc/>
    public InputRead Read(Span<byte> buffer, TimeSpan timeout, out int count)
    {
        count = 0;
        int interrupt = (int)_interrupt.ClientSafePipeHandle.DangerousGetHandle();
        (bool input, bool interrupted) = UnixInputWait.For(Libc.StandardInput, interrupt, timeout);
        if (interrupted)
        {
            return InputRead.Ended;
        }

        KeepRaw();
        if (!input)
        {
            return InputRead.Nothing;
        }

        fixed (byte* start = buffer)
        {
            nint read = Libc.Read(Libc.StandardInput, start, (nuint)buffer.Length);
            if (read > 0)
            {
                count = (int)read;
                return InputRead.Bytes;
            }

            // No byte although there was something: the terminal hung up.
            return read < 0 && IsTransient(Marshal.GetLastPInvokeError()) ? InputRead.Nothing : InputRead.Ended;
        }
    }

    /// <inheritdoc/>
    public void Interrupt()
    {
        try
        {
            _interrupt.WriteByte(0);
        }
        catch (Exception e) when (e is ObjectDisposedException or IOException)
        {
            // Nobody reads any more.
        }
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            int written = 0;
            while (written < bytes.Length)
            {
                nint count = Libc.Write(Libc.StandardOutput, start + written, (nuint)(bytes.Length - written));
                if (count >= 0)
                {
                    written += (int)count;
                }
                else if (!IsTransient(Marshal.GetLastPInvokeError()))
                {
                    throw new IOException("The terminal cannot be written to: " + Marshal.GetLastPInvokeErrorMessage());
                }
                else
                {
                    Thread.Sleep(1);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Restore(discardInput: false);
        _windowChange.Dispose();
        _interrupt.DisposeLocalCopyOfClientHandle();
        _interrupt.Dispose();
    }

    private static bool IsTransient(int error) => error is Libc.Interrupted or Libc.TryAgainOnLinux or Libc.TryAgainOnMac;

    private static void Get(byte[] attributes)
    {
        fixed (byte* start = attributes)
        {
            if (Libc.GetAttributes(Libc.StandardInput, start) != 0)
            {
                throw new IOException("The terminal's settings cannot be read: " + Marshal.GetLastPInvokeErrorMessage());
            }
        }
    }

    private static void Set(byte[] attributes, int when)
    {
        fixed (byte* start = attributes)
        {
            while (Libc.SetAttributes(Libc.StandardInput, when, start) != 0)
            {
                if (Marshal.GetLastPInvokeError() != Libc.Interrupted)
                {
                    throw new IOException("The terminal's settings cannot be changed: " + Marshal.GetLastPInvokeErrorMessage());
                }
            }
        }
    }

    /// <summary>.NET puts its own settings back when a child process of a background job ends, and after SIGCONT.</summary>
    private void KeepRaw()
    {
        lock (_lock)
        {
            if (_isRaw)
            {
                byte[] now = new byte[AttributeBytes];
                Get(now);
                if (!now.AsSpan().SequenceEqual(_raw))
                {
                    Set(_raw, Libc.ApplyNow);
                }
            }
        }
    }

    private void Write(string text) => Write(System.Text.Encoding.ASCII.GetBytes(text));
}
