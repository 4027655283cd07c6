using System.Buffers.Binary;
using System.Text;

namespace E2B.LocalServer.Network.Egress;

/// <summary>Finds the host name in the first message of a TLS connection.</summary>
internal static class ClientHello
{
    private const byte Handshake = 22;
    private const byte Hello = 1;
    private const ushort ServerName = 0;
    private const int RecordHead = 5;

    /// <summary>Looks at what has come so far.</summary>
    /// <returns><see langword="false"/> when more is needed to tell.</returns>
    /// <param name="bytes">From the start of the connection.</param>
    /// <param name="name"><see langword="null"/> when there is none: the client names none, or this is no TLS.</param>
    public static bool TryFindName(ReadOnlySpan<byte> bytes, out string? name)
    {
        name = null;
        if (bytes.Length > 0 && bytes[0] != Handshake)
        {
            return true;
        }

        var message = new List<byte>();
        while (true)
        {
            if (bytes.Length < RecordHead)
            {
                return false;
            }

            // One message can lie in several records.
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
            if (bytes[0] != Handshake || length == 0)
            {
                return true;
            }

            var part = bytes[RecordHead..Math.Min(bytes.Length, RecordHead + length)];
            message.AddRange(part);
            if (message.Count >= 4 && message[0] != Hello)
            {
                return true;
            }

            if (message.Count >= 4 && message.Count >= 4 + ((message[1] << 16) | (message[2] << 8) | message[3]))
            {
                name = Find(new Reader(message.ToArray().AsSpan(4)));
                return true;
            }

            if (part.Length < length)
            {
                return false;
            }

            bytes = bytes[(RecordHead + length)..];
        }
    }

    private static string? Find(Reader hello)
    {
        hello.Skip(2 + 32); // version, random
        hello.Skip(hello.Byte()); // session
        hello.Skip(hello.Number()); // ciphers
        hello.Skip(hello.Byte()); // compressions
        var extensions = hello.Part(hello.Number());
        while (extensions.HasMore)
        {
            var type = extensions.Number();
            var extension = extensions.Part(extensions.Number());
            if (type != ServerName || !extensions.IsWhole)
            {
                continue;
            }

            var names = extension.Part(extension.Number());
            while (names.HasMore)
            {
                var kind = names.Byte();
                var text = names.Part(names.Number());
                if (kind == 0 && names.IsWhole)
                {
                    return Encoding.ASCII.GetString(text.Rest);
                }
            }
        }

        return null;
    }

    /// <summary>Reads numbers and parts; beyond the end there are zeros, and <see cref="IsWhole"/> is false.</summary>
    private ref struct Reader(ReadOnlySpan<byte> rest)
    {
        public ReadOnlySpan<byte> Rest { get; private set; } = rest;

        public bool IsWhole { get; private set; } = true;

        public readonly bool HasMore => IsWhole && Rest.Length > 0;

        public int Byte()
        {
            var part = Take(1);
            return part.IsEmpty ? 0 : part[0];
        }

        public int Number()
        {
            var part = Take(2);
            return part.IsEmpty ? 0 : BinaryPrimitives.ReadUInt16BigEndian(part);
        }

        public Reader Part(int length) => new(Take(length));

        public void Skip(int length) => Take(length);

        private ReadOnlySpan<byte> Take(int length)
        {
            if (length > Rest.Length)
            {
                IsWhole = false;
                Rest = default;
                return default;
            }

            var part = Rest[..length];
            Rest = Rest[length..];
            return part;
        }
    }
}
