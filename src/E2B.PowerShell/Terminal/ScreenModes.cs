using System.Globalization;
using System.Text;

namespace E2B.PowerShell.Terminal;

/// <summary>
/// Follows the modes that programs in the sandbox switch on in the terminal, so that they can be switched off
/// when nobody is left to do it. Only what was changed is put back: leaving an alternate screen that was never
/// entered would move the cursor.
/// </summary>
internal sealed class ScreenModes
{
    private const int MaxSequence = 64;

    private const byte Escape = 0x1b;

    /// <summary>Output is shown only when the mode ends.</summary>
    private const int HeldBackOutput = 2026;

    /// <summary>Modes that are off by default: cursor keys, reverse screen, origin, mouse, alternate screen, paste, synchronised output and others.</summary>
    private static readonly HashSet<int> _offByDefault =
        [1, 5, 6, 9, 47, 66, 69, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 1047, 1049, 2004, HeldBackOutput, 2027, 2031, 2048, 9001];

    /// <summary>Wrapping at the right margin, and the cursor.</summary>
    private static readonly HashSet<int> _onByDefault = [7, 25];

    private static readonly int[] _alternateScreens = [47, 1047, 1049];

    private readonly SortedSet<int> _changed = [];
    private readonly SortedSet<int> _colours = [];
    private readonly byte[] _sequence = new byte[MaxSequence];
    private int _length;
    private State _state;
    private bool _keypad;
    private bool _margins;
    private bool _cursorShape;
    private bool _otherKeys;
    private bool _charset;
    private int _keyReports;

    private enum State
    {
        Text,
        Escape,
        Control,
        Charset,
        Command,
        String,
        StringEscape,
    }

    /// <summary>Takes note of what goes to the terminal.</summary>
    public void Follow(ReadOnlySpan<byte> output)
    {
        while (!output.IsEmpty)
        {
            if (_state == State.Text)
            {
                int next = output.IndexOfAny(Escape, (byte)0x0e, (byte)0x0f);
                if (next < 0)
                {
                    return;
                }

                output = output[next..];
            }

            Take(output[0]);
            output = output[1..];
        }
    }

    /// <summary>What makes a new terminal look as the programs expect it.</summary>
    public byte[] ToRestoreThem()
    {
        var text = new StringBuilder();
        foreach (int mode in _changed.Where(static mode => mode != HeldBackOutput))
        {
            Set(text, mode, !_onByDefault.Contains(mode));
        }

        text.Append(_keypad ? "\e=" : string.Empty);
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>What puts the terminal back, and forgets what was changed.</summary>
    public byte[] ToReset()
    {
        var text = new StringBuilder();

        // Ends a sequence that was cut off, before the rest is taken for a part of it.
        text.Append(_state == State.Text ? string.Empty : "\x18");
        text.Append(_keyReports > 0 ? string.Create(CultureInfo.InvariantCulture, $"\e[<{_keyReports}u") : string.Empty);
        text.Append(_otherKeys ? "\e[>4m" : string.Empty);
        text.Append(_margins ? "\e7\e[r\e8" : string.Empty);
        text.Append(_charset ? "\e(B\x0f" : string.Empty);
        text.Append(_keypad ? "\e>" : string.Empty);
        text.Append(_cursorShape ? "\e[0 q" : string.Empty);
        foreach (int command in _colours)
        {
            text.Append(CultureInfo.InvariantCulture, $"\e]{command}\e\\");
        }

        foreach (int mode in _changed.Except(_alternateScreens))
        {
            Set(text, mode, _onByDefault.Contains(mode));
        }

        text.Append("\e[0m");
        foreach (int mode in _changed.Intersect(_alternateScreens))
        {
            Set(text, mode, on: false);
        }

        Forget();
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static void Set(StringBuilder text, int mode, bool on) =>
        text.Append(CultureInfo.InvariantCulture, $"\e[?{mode}{(on ? 'h' : 'l')}");

    private void Forget()
    {
        _changed.Clear();
        _colours.Clear();
        _keypad = _margins = _cursorShape = _otherKeys = _charset = false;
        _keyReports = 0;
        _state = State.Text;
    }

    private void Take(byte value)
    {
        switch (_state)
        {
            case State.Text:
                _charset |= value == 0x0e;
                _state = value == Escape ? State.Escape : State.Text;
                break;
            case State.Escape:
                TakeEscape(value);
                break;
            case State.Charset:
                _charset |= value != (byte)'B';
                _state = State.Text;
                break;
            case State.Control:
                TakeControl(value);
                break;
            case State.Command or State.String:
                TakeString(value);
                break;
            default:
                EndString(value);
                break;
        }
    }

    private void TakeEscape(byte value)
    {
        _length = 0;
        _state = value switch
        {
            (byte)'[' => State.Control,
            (byte)']' => State.Command,
            (byte)'P' or (byte)'X' or (byte)'^' or (byte)'_' => State.String,
            (byte)'(' or (byte)')' or (byte)'*' or (byte)'+' => State.Charset,
            Escape => State.Escape,
            >= 0x20 and < 0x30 => State.Escape,
            _ => State.Text,
        };
        switch (value)
        {
            case (byte)'=':
                _keypad = true;
                break;
            case (byte)'>':
                _keypad = false;
                break;
            case (byte)'c':
                Forget();
                break;
        }
    }

    private void TakeControl(byte value)
    {
        switch (value)
        {
            case >= 0x40 and < 0x7f:
                _state = State.Text;
                Apply(_sequence.AsSpan(0, _length), value);
                break;
            case Escape:
                _state = State.Escape;
                break;
            case 0x18 or 0x1a:
                _state = State.Text;
                break;
            case >= 0x20 when _length < MaxSequence:
                _sequence[_length++] = value;
                break;
        }
    }

    private void TakeString(byte value)
    {
        switch (value)
        {
            case Escape:
                _state = _state == State.Command ? EndCommand() : State.StringEscape;
                break;
            case 0x07 when _state == State.Command:
                EndCommand();
                _state = State.Text;
                break;
            case 0x18 or 0x1a:
                _state = State.Text;
                break;
            default:
                if (_length < MaxSequence)
                {
                    _sequence[_length++] = value;
                }

                break;
        }
    }

    private void EndString(byte value)
    {
        if (value == (byte)'\\')
        {
            _state = State.Text;
        }
        else
        {
            TakeEscape(value);
        }
    }

    /// <summary>Colours of the palette, the text, the background and the cursor; a question mark only asks for them.</summary>
    private State EndCommand()
    {
        string command = Encoding.ASCII.GetString(_sequence.AsSpan(0, _length));
        if (!command.EndsWith('?'))
        {
            int resetBy = command.Split(';')[0] switch
            {
                "4" => 104,
                "10" => 110,
                "11" => 111,
                "12" => 112,
                _ => 0,
            };
            if (resetBy > 0)
            {
                _colours.Add(resetBy);
            }
        }

        return State.StringEscape;
    }

    private void Apply(ReadOnlySpan<byte> sequence, byte final)
    {
        string text = Encoding.ASCII.GetString(sequence);
        switch ((char)final)
        {
            case 'h' or 'l' when text.StartsWith('?'):
                foreach (string mode in text[1..].Split(';'))
                {
                    if (int.TryParse(mode, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                    {
                        Change(number, on: final == 'h');
                    }
                }

                break;
            case 'r' when text.Length == 0 || char.IsAsciiDigit(text[0]) || text[0] == ';':
                _margins = text.Length > 0;
                break;
            case 'q' when text.EndsWith(' '):
                _cursorShape = text.Trim() is not ("" or "0");
                break;
            case 'm' when text.StartsWith(">4", StringComparison.Ordinal):
                _otherKeys = text is not (">4" or ">4;0");
                break;
            case 'u' when text.StartsWith('>'):
                _keyReports++;
                break;
            case 'u' when text.StartsWith('<'):
                int popped = int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 1;
                _keyReports = Math.Max(0, _keyReports - popped);
                break;
        }
    }

    private void Change(int mode, bool on)
    {
        if (_offByDefault.Contains(mode) || _onByDefault.Contains(mode))
        {
            _ = on == _onByDefault.Contains(mode) ? _changed.Remove(mode) : _changed.Add(mode);
        }
    }
}
