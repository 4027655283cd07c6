using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace E2B.LocalServer.Network.Names;

/// <summary>Looks up the IPv4 addresses of a name, where sandboxes look names up.</summary>
internal sealed class NameLookup(DnsUpstream upstream)
{
    private const ushort TypeA = 1;
    private const ushort ClassInternet = 1;

    /// <exception cref="InvalidDataException">The name has no address, or no resolver answers.</exception>
    public async Task<IReadOnlyList<IPAddress>> FindAsync(string name, CancellationToken cancellationToken)
    {
        var question = Question(name);
        var answer = await upstream.AskAsync(question, cancellationToken);

        // Cut short: the whole answer comes over TCP.
        if (answer is { Length: > 3 } && (answer[2] & 2) != 0)
        {
            answer = await AskByTcpAsync(question, cancellationToken);
        }

        var addresses = answer is null ? [] : Addresses(answer, question.Length);
        return addresses.Count > 0 ? addresses : throw new InvalidDataException($"'{name}' has no address");
    }

    private async Task<byte[]> AskByTcpAsync(byte[] question, CancellationToken cancellationToken)
    {
        using var stream = new NetworkStream(await upstream.ConnectAsync(cancellationToken), ownsSocket: true);
        var message = new byte[question.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)question.Length);
        question.CopyTo(message, 2);
        await stream.WriteAsync(message, cancellationToken);
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, cancellationToken);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(answer, cancellationToken);
        return answer;
    }

    private static byte[] Question(string name)
    {
        var message = new List<byte>();
        Span<byte> number = stackalloc byte[2];

        // Id; a recursive question; one question, no records.
        message.AddRange(RandomNumberGenerator.GetBytes(2));
        message.AddRange([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        foreach (var label in name.Split('.'))
        {
            var bytes = Encoding.ASCII.GetBytes(label);
            if (bytes.Length is 0 or > 63)
            {
                throw new InvalidDataException($"'{name}' is no host name");
            }

            message.Add((byte)bytes.Length);
            message.AddRange(bytes);
        }

        message.Add(0);
        BinaryPrimitives.WriteUInt16BigEndian(number, TypeA);
        message.AddRange(number);
        BinaryPrimitives.WriteUInt16BigEndian(number, ClassInternet);
        message.AddRange(number);
        return [.. message];
    }

    // The name's own addresses and those of the names it stands for come in one section; all lead to what was asked for.
    private static List<IPAddress> Addresses(byte[] answer, int questionLength)
    {
        var found = new List<IPAddress>();
        if (answer.Length < questionLength)
        {
            return found;
        }

        var count = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6));
        var position = questionLength;
        for (var i = 0; i < count; i++)
        {
            position = SkipName(answer, position);
            if (position + 10 > answer.Length)
            {
                break;
            }

            var head = answer.AsSpan(position, 10);
            var length = BinaryPrimitives.ReadUInt16BigEndian(head[8..]);
            position += 10;
            if (position + length > answer.Length)
            {
                break;
            }

            if (BinaryPrimitives.ReadUInt16BigEndian(head) == TypeA && BinaryPrimitives.ReadUInt16BigEndian(head[2..]) == ClassInternet && length == 4)
            {
                found.Add(new IPAddress(answer.AsSpan(position, 4)));
            }

            position += length;
        }

        return found;
    }

    private static int SkipName(byte[] message, int position)
    {
        while (position < message.Length)
        {
            var length = message[position];
            switch (length)
            {
                case 0:
                    return position + 1;
                case >= 0xC0:
                    return position + 2;
                default:
                    position += length + 1;
                    break;
            }
        }

        return message.Length;
    }
}
