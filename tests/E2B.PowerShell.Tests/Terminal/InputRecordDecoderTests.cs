using System.Runtime.InteropServices;
using System.Text;
using E2B.PowerShell.Terminal;

namespace E2B.PowerShell.Tests.Terminal;

public sealed class InputRecordDecoderTests
{
    private const ushort MouseEvent = 2;

    [Fact]
    public void Events_are_laid_out_as_Windows_has_them()
    {
        // EventType 1, KeyDown 1, RepeatCount 2, VirtualKey 0x41, ScanCode 0x1e, 'a', left Ctrl.
        byte[] bytes = [1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0x41, 0, 0x1e, 0, 0x61, 0, 8, 0, 0, 0];
        InputRecord record = MemoryMarshal.Read<InputRecord>(bytes);
        Assert.Equal(20, Marshal.SizeOf<InputRecord>());
        Assert.Equal((1, 1, 2, 0x41, 'a', 8u), (record.EventType, record.KeyDown, record.RepeatCount, record.VirtualKey, record.Character, record.ControlKeys));
    }

    [Fact]
    public void Characters_become_UTF8()
    {
        Assert.Equal("aé€", Text(Key('a'), Key('é'), Key('€')));
        Assert.Equal("\x03\x1a\x1b\x7f\r", Text(Key('\x03'), Key('\x1a'), Key('\x1b'), Key('\x7f'), Key('\r')));
    }

    [Fact]
    public void Halves_of_a_character_are_put_together() => Assert.Equal("😀", Text(Key('\ud83d'), Key('\ude00')));

    [Fact]
    public void Sequences_come_key_by_key() => Assert.Equal("\e[1;5A", Text([.. "\e[1;5A".Select(c => Key(c))]));

    [Fact]
    public void A_held_key_counts_as_often_as_it_says() => Assert.Equal("xxx", Text(Key('x') with { RepeatCount = 3 }));

    [Fact]
    public void Letting_go_and_shift_alone_are_no_input() =>
        Assert.Empty(Text(Key('a') with { KeyDown = 0 }, Key('\0') with { VirtualKey = 0x10 }, new InputRecord { EventType = MouseEvent }, new InputRecord { EventType = InputRecord.WindowSize }));

    [Fact]
    public void Alt_with_digits_comes_with_letting_go() =>
        Assert.Equal("ä", Text(Key('ä') with { KeyDown = 0, VirtualKey = InputRecord.AltKey }));

    [Fact]
    public void Control_and_space_are_the_byte_zero() =>
        Assert.Equal("\0", Text(Key('\0') with { VirtualKey = InputRecord.SpaceKey, ControlKeys = 8 }));

    [Fact]
    public void The_console_keeps_no_key_to_itself()
    {
        // As PowerShell has it: processed, line and echo input, inserting, quick edit.
        Assert.Equal(0x02c8u, WindowsConsole.RawInput(0x01f7));
        Assert.Equal(0x000fu, WindowsConsole.RawOutput(0x0003));
    }

    private static InputRecord Key(char character) => new()
    {
        EventType = InputRecord.Key,
        KeyDown = 1,
        RepeatCount = 1,
        Character = character,
    };

    private static string Text(params InputRecord[] records)
    {
        var decoder = new InputRecordDecoder();
        var bytes = new List<byte>();
        foreach (InputRecord record in records)
        {
            decoder.Decode(record, bytes);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
