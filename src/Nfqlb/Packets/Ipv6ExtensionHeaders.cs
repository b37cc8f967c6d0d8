using System.Buffers.Binary;

namespace Nfqlb.Packets;

/// <summary>The walk over IPv6 extension headers to the transport header.</summary>
/// <remarks>
/// RFC 8200 §4. Hop-by-hop, routing and destination options are (length + 1) * 8 bytes, length 0 being legal;
/// the fragment header is 8 bytes. ESP and AH end the walk: they count as the transport protocol. A second
/// fragment header is refused: nobody fragments twice, and it could contradict the first.
/// <code>
///  0                   1                   2                   3     fragment header, §4.5
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// |  Next Header  |   Reserved    |      Fragment Offset    |Res|M|
/// |                         Identification                        |
/// </code>
/// </remarks>
public readonly struct Ipv6ExtensionHeaders
{
    /// <summary>How many are walked. RFC 8200 §4.1 foresees five before the transport header, each once or twice;
    /// a longer chain serves only to keep parsers busy.</summary>
    public const int Most = 8;

    private const int FragmentHeaderBytes = 8;
    private const int FragmentOffsetMask = 0xfff8;
    private const int MoreFragments = 1;

    /// <summary>The first header that is no extension header. For a later fragment the one behind the fragment
    /// header, which is the rest of some data and not to be parsed.</summary>
    public IpProtocol Transport { get; private init; }

    /// <summary>Where <see cref="Transport"/> begins, counted from the IPv6 header; may be the packet's end.</summary>
    public int TransportOffset { get; private init; }

    /// <summary>Which part of the packet this is.</summary>
    public FragmentPart Part { get; private init; }

    /// <summary>The identification that all fragments of a packet share. Host order; valid only for a
    /// fragment.</summary>
    public uint FragmentId { get; private init; }

    /// <summary>Where this fragment's part of the payload begins, counted from the IPv6 header: behind the fragment
    /// header. Valid only for a fragment.</summary>
    public int FragmentPayloadOffset { get; private init; }

    /// <summary>Where this fragment stands in its packet's payload, in bytes: a multiple of 8. Valid only for a
    /// fragment.</summary>
    public int FragmentOffsetBytes { get; private init; }

    /// <summary>True for every fragment but the last. Valid only for a fragment.</summary>
    public bool HasMoreFragments { get; private init; }

    /// <summary>Walks the chain that starts behind the fixed header.</summary>
    /// <param name="bytes">From the first byte of the IPv6 header, at least 40 bytes.</param>
    /// <param name="next">The fixed header's next header.</param>
    /// <param name="headers">Where the walk ended.</param>
    public static Unparsable TryWalk(ReadOnlySpan<byte> bytes, IpProtocol next, out Ipv6ExtensionHeaders headers)
    {
        headers = default;
        int offset = Ipv6Header.LengthBytes;
        var part = FragmentPart.Whole;
        int fragmentPayloadOffset = 0;
        int fragmentField = 0;
        uint fragmentId = 0;
        for (int walked = 0; IsExtension(next) && part != FragmentPart.Later; walked++)
        {
            if (walked == Most)
            {
                return Unparsable.TooManyExtensionHeaders;
            }
            ReadOnlySpan<byte> rest = bytes[offset..];
            if (rest.Length < FragmentHeaderBytes)
            {
                return Unparsable.ExtensionHeaderTruncated;
            }
            int length = FragmentHeaderBytes;
            if (next == IpProtocol.Fragment)
            {
                if (fragmentPayloadOffset > 0)
                {
                    return Unparsable.FragmentHeaderRepeated;
                }
                fragmentPayloadOffset = offset + FragmentHeaderBytes;
                fragmentField = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
                part = PartOf(fragmentField);
                fragmentId = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
            }
            else
            {
                length = (rest[1] + 1) * 8;
            }
            if (rest.Length < length)
            {
                return Unparsable.ExtensionHeaderTruncated;
            }
            next = (IpProtocol)rest[0];
            offset += length;
        }
        headers = new Ipv6ExtensionHeaders
        {
            Transport = next,
            TransportOffset = offset,
            Part = part,
            FragmentId = fragmentId,
            FragmentPayloadOffset = fragmentPayloadOffset,
            FragmentOffsetBytes = fragmentField & FragmentOffsetMask,
            HasMoreFragments = (fragmentField & MoreFragments) != 0,
        };
        return Unparsable.None;
    }

    private static bool IsExtension(IpProtocol header) => header
        is IpProtocol.HopByHop or IpProtocol.Routing or IpProtocol.Fragment or IpProtocol.DestinationOptions;

    private static FragmentPart PartOf(int offsetAndFlags)
    {
        if ((offsetAndFlags & FragmentOffsetMask) != 0)
        {
            return FragmentPart.Later;
        }
        return (offsetAndFlags & MoreFragments) != 0 ? FragmentPart.First : FragmentPart.Whole;
    }
}
