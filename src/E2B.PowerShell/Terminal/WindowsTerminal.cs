using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace E2B.PowerShell.Terminal;

/// <summary>
/// A console of Windows 10 or later. Events are read rather than bytes, since only they can be waited for
/// together with something else, and since they tell of the window's size; text goes in and out as UTF-16, so
/// that code pages do not matter.
/// </summary>
internal sealed unsafe class WindowsTerminal : ILocalTerminal
{
    private const int MaxRecords = 128;

    private readonly object _lock = new();
    private readonly nint _input = WindowsConsole.GetHandle(WindowsConsole.StandardInput);
    private readonly nint _output = WindowsConsole.GetHandle(WindowsConsole.StandardOutput);
    private readonly ManualResetEvent _interrupt = new(initialState: false);
    private readonly ManualResetEvent _hasInput = new(initialState: false);
    private readonly InputRecordDecoder _decoder = new();
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly List<byte> _typed = [];
    private uint _inputBefore;
    private uint _outputBefore;
    private bool _isRaw;

    public WindowsTerminal()
    {
        // The console's own handle, to be waited for and not to be closed.
        _hasInput.SafeWaitHandle.Dispose();
        _hasInput.SafeWaitHandle = new SafeWaitHandle(_input, ownsHandle: false);
    }

    /// <inheritdoc/>
    public event Action? Resized;

    /// <inheritdoc/>
    public TerminalSize Size => TerminalSize.Reported(Console.WindowWidth, Console.WindowHeight);

    /// <inheritdoc/>
    public void EnterRawMode()
    {
        lock (_lock)
        {
            Require(WindowsConsole.GetMode(_input, out _inputBefore) && WindowsConsole.GetMode(_output, out _outputBefore));
            _isRaw = true;
            try
            {
                Require(WindowsConsole.SetMode(_input, WindowsConsole.RawInput(_inputBefore)));
                Require(WindowsConsole.SetMode(_output, WindowsConsole.RawOutput(_outputBefore)));
            }
            catch (IOException)
            {
                Restore(discardInput: false);
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Restore(bool discardInput)
    {
        lock (_lock)
        {
            if (_isRaw)
            {
                _isRaw = false;
                if (discardInput)
                {
                    WindowsConsole.DropInput(_input);
                }

                WindowsConsole.SetMode(_input, _inputBefore);
                WindowsConsole.SetMode(_output, _outputBefore);
            }
        }
    }

    /// <inheritdoc/>
    public InputRead Read(Span<byte> buffer, TimeSpan timeout, out int count)
    {
        count = 0;
        if (_typed.Count == 0)
        {
            int ready = WaitHandle.WaitAny([_interrupt, _hasInput], timeout);
            if (ready == 0)
            {
                return InputRead.Ended;
            }

            if (ready == WaitHandle.WaitTimeout)
            {
                return InputRead.Nothing;
            }

            if (!TakeEvents())
            {
                return InputRead.Ended;
            }
        }

        count = Math.Min(_typed.Count, buffer.Length);
        CollectionsMarshal.AsSpan(_typed)[..count].CopyTo(buffer);
        _typed.RemoveRange(0, count);
        return count > 0 ? InputRead.Bytes : InputRead.Nothing;
    }

    /// <inheritdoc/>
    public void Interrupt() => _interrupt.Set();

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[_utf8.GetCharCount(bytes, flush: false)];
        int length = _utf8.GetChars(bytes, text, flush: false);
        fixed (char* start = text)
        {
            for (int done = 0; done < length;)
            {
                Require(WindowsConsole.Write(_output, start + done, (uint)Math.Min(8192, length - done), out uint written, 0));
                done += (int)written;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Restore(discardInput: false);
        _hasInput.Dispose();
        _interrupt.Dispose();
    }

    private static void Require(bool succeeded)
    {
        if (!succeeded)
        {
            throw new IOException("The console cannot be used as a terminal: " + Marshal.GetLastPInvokeErrorMessage());
        }
    }

    private bool TakeEvents()
    {
        InputRecord* records = stackalloc InputRecord[MaxRecords];
        if (!WindowsConsole.ReadInput(_input, records, MaxRecords, out uint read))
        {
            return false;
        }

        for (int i = 0; i < read; i++)
        {
            if (records[i].EventType == InputRecord.WindowSize)
            {
                Resized?.Invoke();
            }

            _decoder.Decode(records[i], _typed);
        }

        return true;
    }
}
