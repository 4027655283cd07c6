using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace E2B.LocalServer.Network;

/// <summary>A range of IPv4 addresses, as <c>10.0.0.0/8</c>.</summary>
public readonly record struct AddressRange
{
    private readonly uint _first;
    private readonly byte _bits;

    private AddressRange(uint first, int bits)
    {
        _bits = (byte)bits;
        _first = first & Mask;
    }

    /// <summary>Every address there is.</summary>
    public static AddressRange All { get; }

    /// <summary>The first address.</summary>
    public IPAddress First => ToAddress(_first);

    /// <summary>How many leading bits all of them share.</summary>
    public int Bits => _bits;

    private uint Mask => _bits == 0 ? 0 : uint.MaxValue << (32 - _bits);

    /// <summary>The range of a text that is known to be one.</summary>
    public static AddressRange Parse(string text) => TryParse(text, out var range) ? range : throw new FormatException($"'{text}' is no IPv4 range.");

    /// <summary>Reads <c>address</c> or <c>address/bits</c>. What of the address lies beyond the bits does not matter.</summary>
    public static bool TryParse(string text, out AddressRange range)
    {
        range = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var bits = 32;
        if (slash >= 0
            && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > 32))
        {
            return false;
        }

        var address = slash < 0 ? text : text[..slash];

        // Four numbers: .NET would also take "1" for 0.0.0.1 and "010.0.0.1" for octal.
        if (address.Count(c => c == '.') != 3
            || !IPAddress.TryParse(address, out var parsed)
            || parsed.AddressFamily != AddressFamily.InterNetwork
            || parsed.ToString() != address)
        {
            return false;
        }

        range = new AddressRange(ToNumber(parsed), bits);
        return true;
    }

    /// <summary>Whether an address lies in it; an IPv6 one never does.</summary>
    public bool Contains(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && (ToNumber(address) & Mask) == _first;

    /// <summary>Whether the two have an address in common.</summary>
    public bool Overlaps(AddressRange other)
    {
        var mask = Mask & other.Mask;
        return (_first & mask) == (other._first & mask);
    }

    /// <summary>The address so many after the first.</summary>
    public IPAddress At(uint offset) => ToAddress(_first + offset);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}/{_bits}");

    private static uint ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static IPAddress ToAddress(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
