using System.Buffers.Binary;

namespace E2B.Ports.Tunnels;

/// <summary>
/// What travels between this machine and the relay in the sandbox, the same in both directions: a length of four bytes,
/// most significant first, and as many bytes. A length of zero is a sign of life, the first one from the relay says that
/// it is connected. The highest length ends the direction.
/// </summary>
internal static class RelayFrames
{
    /// <summary>The length before each frame.</summary>
    public const int HeaderLength = 4;

    /// <summary>A frame with its header is what a pipe takes at once.</summary>
    public const int MaxPayload = (64 * 1024) - HeaderLength;

    private const uint End = uint.MaxValue;

    /// <summary>The direction has ended.</summary>
    public static readonly ReadOnlyMemory<byte> EndFrame = new byte[] { 0xFF, 0xFF, 0xFF, 0xFF };

    /// <summary>The client is still there.</summary>
    public static readonly ReadOnlyMemory<byte> AliveFrame = new byte[HeaderLength];

    /// <summary>Writes the header of a frame.</summary>
    public static void WriteHeader(Span<byte> frame, int length) => BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)length);

    /// <summary>Takes frames apart that come in pieces cut anywhere.</summary>
    internal sealed class Reader
    {
        private readonly byte[] _header = new byte[HeaderLength];
        private int _headerFilled;
        private uint _left;

        /// <summary>Whether the other side has ended this direction.</summary>
        public bool IsEnded { get; private set; }

        /// <summary>Whether the relay has said that it is connected.</summary>
        public bool IsConnected { get; private set; }

        /// <summary>Takes the next bytes off a piece.</summary>
        /// <returns>What they carry: empty when the piece is used up, or the direction has ended.</returns>
        public ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> piece)
        {
            while (!piece.IsEmpty && !IsEnded)
            {
                if (_left > 0)
                {
                    int length = (int)Math.Min(_left, (uint)piece.Length);
                    ReadOnlyMemory<byte> carried = piece[..length];
                    piece = piece[length..];
                    _left -= (uint)length;
                    return carried;
                }

                int part = Math.Min(HeaderLength - _headerFilled, piece.Length);
                piece.Span[..part].CopyTo(_header.AsSpan(_headerFilled));
                piece = piece[part..];
                _headerFilled += part;
                if (_headerFilled < HeaderLength)
                {
                    break;
                }

                _headerFilled = 0;
                uint next = BinaryPrimitives.ReadUInt32BigEndian(_header);
                IsConnected = true;
                IsEnded = next == End;
                _left = IsEnded ? 0 : next;
            }

            return default;
        }
    }
}
