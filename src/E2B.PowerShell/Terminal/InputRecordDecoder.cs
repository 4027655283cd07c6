using System.Text;

namespace E2B.PowerShell.Terminal;

/// <summary>Turns console events into the bytes that a terminal sends: with virtual-terminal input the console has made sequences of them already.</summary>
internal sealed class InputRecordDecoder
{
    private readonly Encoder _utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetEncoder();

    /// <summary>Appends the bytes of an event, if it has any. A character may come as two events.</summary>
    public void Decode(in InputRecord record, List<byte> bytes)
    {
        if (!IsText(record))
        {
            return;
        }

        Span<byte> encoded = stackalloc byte[8];
        for (int i = 0; i < Math.Max(1, (int)record.RepeatCount); i++)
        {
            int count = _utf8.GetBytes([record.Character], encoded, flush: false);
            bytes.AddRange(encoded[..count]);
        }
    }

    private static bool IsText(in InputRecord record)
    {
        if (record.EventType != InputRecord.Key)
        {
            return false;
        }

        if (record.KeyDown == 0)
        {
            // Alt with digits gives its character when Alt is let go.
            return record.VirtualKey == InputRecord.AltKey && record.Character != '\0';
        }

        // Ctrl+Space is the byte zero; Shift and its like have no character at all.
        return record.Character != '\0'
            || (record.VirtualKey == InputRecord.SpaceKey && (record.ControlKeys & InputRecord.ControlPressed) != 0);
    }
}
