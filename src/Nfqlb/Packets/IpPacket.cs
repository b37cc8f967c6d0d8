using System.Runtime.CompilerServices;

namespace Nfqlb.Packets;

/// <summary>What both versions of IP say of a packet, up to where its transport header begins.</summary>
internal readonly struct IpPacket
{
    public Address Source { get; private init; }

    public Address Destination { get; private init; }

    public IpProtocol Transport { get; private init; }

    /// <summary>Counted from the first byte of the IP header; may be the packet's end.</summary>
    public int TransportOffset { get; private init; }

    public FragmentPart Part { get; private init; }

    public uint FragmentId { get; private init; }

    /// <summary>ICMP as this IP version calls it; the other version's is just another protocol here.</summary>
    public IpProtocol IcmpProtocol => IsIpv6 ? IpProtocol.Icmpv6 : IpProtocol.Icmp;

    public bool IsIpv6 { get; private init; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Unparsable TryParse(ReadOnlySpan<byte> bytes, out IpPacket packet)
    {
        switch (bytes.IsEmpty ? 0 : bytes[0] >> 4)
        {
            case 4:
                return TryParseIpv4(bytes, out packet);
            case 6:
                return TryParseIpv6(bytes, out packet);
            default:
                packet = default;
                return Unparsable.UnknownVersion;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Unparsable TryParseIpv4(ReadOnlySpan<byte> bytes, out IpPacket packet)
    {
        var unparsable = Ipv4Header.TryParse(bytes, out var header);
        packet = unparsable != Unparsable.None ? default : new IpPacket
        {
            Source = header.Source,
            Destination = header.Destination,
            Transport = header.Protocol,
            TransportOffset = header.LengthBytes,
            Part = header.Part,
            FragmentId = header.FragmentId,
        };
        return unparsable;
    }

    private static Unparsable TryParseIpv6(ReadOnlySpan<byte> bytes, out IpPacket packet)
    {
        packet = default;
        var unparsable = Ipv6Header.TryParse(bytes, out var header);
        if (unparsable != Unparsable.None)
        {
            return unparsable;
        }
        unparsable = Ipv6ExtensionHeaders.TryWalk(bytes, header.NextHeader, out var extensions);
        if (unparsable != Unparsable.None)
        {
            return unparsable;
        }
        packet = new IpPacket
        {
            Source = header.Source,
            Destination = header.Destination,
            Transport = extensions.Transport,
            TransportOffset = extensions.TransportOffset,
            Part = extensions.Part,
            FragmentId = extensions.FragmentId,
            IsIpv6 = true,
        };
        return Unparsable.None;
    }
}
