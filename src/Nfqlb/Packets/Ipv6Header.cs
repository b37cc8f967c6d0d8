using System.Buffers.Binary;

namespace Nfqlb.Packets;

/// <summary>A view of the fixed IPv6 header whose length was checked once; no accessor can fail after that.</summary>
/// <remarks>
/// RFC 8200 §3.
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// |Version| Traffic Class |           Flow Label                  |
/// |         Payload Length        |  Next Header  |   Hop Limit   |
/// |                    Source Address (16 bytes)                  |
/// |                  Destination Address (16 bytes)               |
/// </code>
/// </remarks>
public readonly ref struct Ipv6Header
{
    /// <summary>Length of the fixed header in bytes.</summary>
    public const int LengthBytes = 40;

    private readonly ReadOnlySpan<byte> _bytes;

    private Ipv6Header(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Length of what follows this header, in bytes, as the header says.</summary>
    public int PayloadBytes => BinaryPrimitives.ReadUInt16BigEndian(_bytes[4..]);

    /// <summary>What follows: an extension header or the transport protocol.</summary>
    public IpProtocol NextHeader => (IpProtocol)_bytes[6];

    /// <summary>How many routers more the packet may pass.</summary>
    public byte HopLimit => _bytes[7];

    /// <summary>Source address.</summary>
    public Address Source => Address.FromIpv6(_bytes[8..]);

    /// <summary>Destination address.</summary>
    public Address Destination => Address.FromIpv6(_bytes[24..]);

    /// <summary>Checks that the fixed header is there.</summary>
    public static Unparsable TryParse(ReadOnlySpan<byte> bytes, out Ipv6Header header)
    {
        if (bytes.Length < LengthBytes)
        {
            header = default;
            return Unparsable.Ipv6HeaderTruncated;
        }
        header = new Ipv6Header(bytes[..LengthBytes]);
        return Unparsable.None;
    }
}
