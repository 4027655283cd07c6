using System.Runtime.InteropServices;

namespace E2B.PowerShell.Terminal;

/// <summary>An event of the Windows console (<c>INPUT_RECORD</c>), as far as keys are concerned.</summary>
[StructLayout(LayoutKind.Explicit, Size = 20)]
internal struct InputRecord
{
    public const ushort Key = 1;
    public const ushort WindowSize = 4;

    public const ushort AltKey = 0x12;
    public const ushort SpaceKey = 0x20;
    public const uint ControlPressed = 0x0004 | 0x0008;

    [FieldOffset(0)]
    public ushort EventType;

    [FieldOffset(4)]
    public int KeyDown;

    [FieldOffset(8)]
    public ushort RepeatCount;

    [FieldOffset(10)]
    public ushort VirtualKey;

    [FieldOffset(14)]
    public char Character;

    [FieldOffset(16)]
    public uint ControlKeys;
}
