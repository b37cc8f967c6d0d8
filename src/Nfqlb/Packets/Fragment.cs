namespace Nfqlb.Packets;

/// <summary>Which packet a fragment is of, and which bytes of it.</summary>
/// <remarks>RFC 791 §3.2, RFC 8200 §4.5. By what the headers say, not by what the queue copied: lengths that cannot be
/// are told by <see cref="IsConsistent"/>.</remarks>
public readonly struct Fragment
{
    private const int LongestPacketBytes = ushort.MaxValue;
    private const int UnitBytes = 8;

    /// <summary>The same for all fragments of a packet.</summary>
    public FragmentKey Key { get; init; }

    /// <summary>Where it begins in its packet's payload, in bytes.</summary>
    public int Offset { get; init; }

    /// <summary>How many bytes of the payload it carries, by its headers. Below 1 only where these lie.</summary>
    public int Length { get; init; }

    /// <summary>True for the fragment that ends its packet.</summary>
    public bool IsLast { get; init; }

    /// <summary>Length of the fragment as a packet of its own, with all headers, in bytes, by its headers.</summary>
    public int PacketBytes { get; init; }

    /// <summary>How many routers more it may pass: Time to Live, or Hop Limit.</summary>
    public byte HopLimit { get; init; }

    /// <summary>Where it ends in its packet's payload, in bytes.</summary>
    public int End => Offset + Length;

    /// <summary>False for one that no host sends: empty, beyond the longest packet, or cut at an odd place.</summary>
    public bool IsConsistent =>
        Length > 0 && End <= LongestPacketBytes && (IsLast || Length % UnitBytes == 0);

    /// <summary>Reads the place of a fragment.</summary>
    /// <param name="packet">A first or later fragment.</param>
    /// <param name="bytes">The bytes that gave it.</param>
    public static Fragment Of(in Packet packet, ReadOnlySpan<byte> bytes) =>
        bytes[0] >> 4 == 4 ? OfIpv4(packet, bytes) : OfIpv6(packet, bytes);

    private static Fragment OfIpv4(in Packet packet, ReadOnlySpan<byte> bytes)
    {
        _ = Ipv4Header.TryParse(bytes, out var header);
        return new Fragment
        {
            Key = new FragmentKey(packet.Key.Source, packet.Key.Destination, header.Protocol, packet.FragmentId),
            Offset = header.FragmentOffsetBytes,
            Length = header.TotalBytes - header.LengthBytes,
            PacketBytes = header.TotalBytes,
            HopLimit = header.HopLimit,
            IsLast = !header.HasMoreFragments,
        };
    }

    private static Fragment OfIpv6(in Packet packet, ReadOnlySpan<byte> bytes)
    {
        _ = Ipv6Header.TryParse(bytes, out var header);
        _ = Ipv6ExtensionHeaders.TryWalk(bytes, header.NextHeader, out var extensions);
        return new Fragment
        {
            Key = new FragmentKey(
                packet.Key.Source, packet.Key.Destination, IpProtocol.Fragment, packet.FragmentId),
            Offset = extensions.FragmentOffsetBytes,
            Length = Ipv6Header.LengthBytes + header.PayloadBytes - extensions.FragmentPayloadOffset,
            PacketBytes = Ipv6Header.LengthBytes + header.PayloadBytes,
            HopLimit = header.HopLimit,
            IsLast = !extensions.HasMoreFragments,
        };
    }
}
