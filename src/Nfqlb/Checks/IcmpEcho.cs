using System.Buffers.Binary;

namespace Nfqlb.Checks;

/// <summary>A ping and its answer (RFC 792, RFC 4443 §4.1), told from others by a number in its data.</summary>
public static class IcmpEcho
{
    /// <summary>Header and data.</summary>
    public const int Bytes = HeaderBytes + sizeof(ulong);

    private const int HeaderBytes = 8;

    /// <summary>Writes a request.</summary>
    /// <param name="message">Of <see cref="Bytes"/>.</param>
    /// <param name="isIpv4">Of which family; the kernel fills in the checksum of the other.</param>
    /// <param name="number">Comes back with the answer.</param>
    public static void Write(Span<byte> message, bool isIpv4, ulong number)
    {
        message.Clear();
        message[0] = (byte)(isIpv4 ? 8 : 128);
        BinaryPrimitives.WriteUInt64BigEndian(message[HeaderBytes..], number);
        if (isIpv4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(message[2..], ChecksumOf(message));
        }
    }

    /// <summary>True for the answer to the request of this number.</summary>
    /// <param name="message">From its ICMP header on; of any length.</param>
    /// <param name="isIpv4">Of which family.</param>
    /// <param name="number">The request's.</param>
    public static bool IsAnswer(ReadOnlySpan<byte> message, bool isIpv4, ulong number) =>
        message.Length >= Bytes && message[0] == (isIpv4 ? 0 : 129)
        && BinaryPrimitives.ReadUInt64BigEndian(message[HeaderBytes..]) == number;

    /// <summary>RFC 1071, over an even number of bytes.</summary>
    private static ushort ChecksumOf(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        }
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~(sum + (sum >> 16));
    }
}
