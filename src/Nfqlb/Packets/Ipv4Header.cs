using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Nfqlb.Packets;

/// <summary>A view of an IPv4 header whose length was checked once; no accessor can fail after that.</summary>
/// <remarks>
/// RFC 791 §3.1. What lies behind the header is not checked, nor is the total length: the queue copies only
/// the first bytes of a packet.
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// |Version|  IHL  |Type of Service|          Total Length         |
/// |         Identification        |Flags|      Fragment Offset    |
/// |  Time to Live |    Protocol   |         Header Checksum       |
/// |                       Source Address                          |
/// |                    Destination Address                        |
/// |                    Options                    |    Padding    |
/// </code>
/// </remarks>
public readonly ref struct Ipv4Header
{
    private const int ShortestBytes = 20;
    private const int MoreFragments = 0x2000;
    private const int FragmentOffsetMask = 0x1fff;

    private readonly ReadOnlySpan<byte> _bytes;

    private Ipv4Header(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Length of the header with its options, in bytes: 20 to 60.</summary>
    public int LengthBytes => (_bytes[0] & 0x0f) * 4;

    /// <summary>How many routers more the packet may pass: Time to Live.</summary>
    public byte HopLimit => _bytes[8];

    /// <summary>The protocol behind the header.</summary>
    public IpProtocol Protocol => (IpProtocol)_bytes[9];

    /// <summary>Source address.</summary>
    public Address Source => Address.FromIpv4(BinaryPrimitives.ReadUInt32BigEndian(_bytes[12..]));

    /// <summary>Destination address.</summary>
    public Address Destination => Address.FromIpv4(BinaryPrimitives.ReadUInt32BigEndian(_bytes[16..]));

    /// <summary>The identification that all fragments of a packet share. Host order.</summary>
    public ushort FragmentId => BinaryPrimitives.ReadUInt16BigEndian(_bytes[4..]);

    /// <summary>Length of the packet with this header, in bytes, as the header says.</summary>
    public int TotalBytes => BinaryPrimitives.ReadUInt16BigEndian(_bytes[2..]);

    /// <summary>Where this fragment stands in its packet's payload, in bytes: a multiple of 8.</summary>
    public int FragmentOffsetBytes => (FragmentField & FragmentOffsetMask) * 8;

    /// <summary>True for every fragment but the last.</summary>
    public bool HasMoreFragments => (FragmentField & MoreFragments) != 0;

    /// <summary>Which part of the packet this is.</summary>
    public FragmentPart Part
    {
        get
        {
            int fragment = FragmentField;
            if ((fragment & FragmentOffsetMask) != 0)
            {
                return FragmentPart.Later;
            }
            return (fragment & MoreFragments) != 0 ? FragmentPart.First : FragmentPart.Whole;
        }
    }

    private int FragmentField => BinaryPrimitives.ReadUInt16BigEndian(_bytes[6..]);

    /// <summary>Checks that the header with all its options is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Unparsable TryParse(ReadOnlySpan<byte> bytes, out Ipv4Header header)
    {
        header = default;
        if (bytes.Length < ShortestBytes)
        {
            return Unparsable.Ipv4HeaderTruncated;
        }
        int length = (bytes[0] & 0x0f) * 4;
        if (length < ShortestBytes)
        {
            return Unparsable.Ipv4HeaderInvalid;
        }
        if (bytes.Length < length)
        {
            return Unparsable.Ipv4HeaderTruncated;
        }
        header = new Ipv4Header(bytes[..length]);
        return Unparsable.None;
    }
}
