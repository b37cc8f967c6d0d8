namespace Nfqlb.EndToEnd.Wire;

/// <summary>The two check sums of IP and what it carries, bit by bit.</summary>
internal static class Checksum
{
    /// <summary>RFC 1071: the complement of the one's complement sum of 16-bit words, in network order.</summary>
    public static byte[] Internet(IReadOnlyList<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Count; i += 2)
        {
            sum += (uint)(bytes[i] << 8 | (i + 1 < bytes.Count ? bytes[i + 1] : 0));
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return Network.Bytes((ushort)~sum);
    }

    /// <summary>CRC-32C as SCTP writes it: RFC 9260, appendix A, least significant byte first.</summary>
    public static byte[] Crc32C(IReadOnlyList<byte> bytes)
    {
        const uint ReflectedPolynomial = 0x82f63b78;
        uint crc = ~0u;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = crc >> 1 ^ ((crc & 1) != 0 ? ReflectedPolynomial : 0);
            }
        }
        crc = ~crc;
        return [(byte)crc, (byte)(crc >> 8), (byte)(crc >> 16), (byte)(crc >> 24)];
    }
}
