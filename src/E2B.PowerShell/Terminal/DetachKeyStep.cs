using System.Buffers.Text;

namespace E2B.PowerShell.Terminal;

/// <summary>One key of a detach key, in every form in which terminals send it.</summary>
internal readonly record struct DetachKeyStep
{
    private const int LockKeys = 64 | 128;
    private const int ControlKey = 4;

    private readonly char _key;
    private readonly bool _control;

    public DetachKeyStep(char key, bool control)
    {
        _key = key;
        _control = control;
    }

    /// <summary>How many bytes at the start of the input are this key; zero when they are another.</summary>
    public int Match(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return 0;
        }

        if (input[0] == (_control ? _key & 0x1f : _key))
        {
            return 1;
        }

        return _control && input is [0x1b, (byte)'[', ..] ? MatchReport(input) : 0;
    }

    public override string ToString() => _control ? $"Ctrl+{_key}" : _key.ToString();

    /// <summary>
    /// A program can have the terminal report keys: <c>ESC [ 93 ; 5 u</c> (kitty's protocol), or
    /// <c>ESC [ 27 ; 5 ; 93 ~</c> (xterm's modifyOtherKeys, which vim switches on).
    /// </summary>
    private int MatchReport(ReadOnlySpan<byte> input)
    {
        Span<int> numbers = stackalloc int[3];
        int count = 0;
        int at = 2;
        while (count < 3 && Utf8Parser.TryParse(input[at..], out int number, out int used))
        {
            numbers[count++] = number;
            at += used;
            if (at >= input.Length || input[at] != ';')
            {
                break;
            }

            at++;
        }

        if (at >= input.Length)
        {
            return 0;
        }

        (int code, int modifiers) = (count, input[at]) switch
        {
            (2, (byte)'u') => (numbers[0], numbers[1]),
            (3, (byte)'~') when numbers[0] == 27 => (numbers[2], numbers[1]),
            _ => default,
        };
        bool isKey = code == _key || code == char.ToLowerInvariant(_key);
        return isKey && ((modifiers - 1) & ~LockKeys) == ControlKey ? at + 1 : 0;
    }
}
