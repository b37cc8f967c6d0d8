using System.Buffers.Binary;

namespace Nfqlb.Cli.Simulate;

/// <summary>What stands before the IP header, by the types of https://www.tcpdump.org/linktypes.html.</summary>
internal static class LinkLayer
{
    private const int Null = 0, Ethernet = 1, Raw = 101, Cooked = 113, Ipv4 = 228, Ipv6 = 229, Cooked2 = 276;
    private const int RawOfSystems1 = 12, RawOfSystems2 = 14; // LINKTYPE_RAW as some systems have numbered it

    private const int NullBytes = 4, CookedBytes = 16, Cooked2Bytes = 20, VlanBytes = 4;
    private const int EthernetBytes = 14;
    private const int TypeBytes = 2;

    private const ushort EtherIpv4 = 0x0800, EtherIpv6 = 0x86dd, Vlan = 0x8100, ServiceVlan = 0x88a8;

    /// <summary>From the IP header on; nothing for a frame of something else, or of a link that is not known here.
    /// </summary>
    /// <param name="linkType">LINKTYPE_….</param>
    /// <param name="frame">As captured.</param>
    public static ReadOnlySpan<byte> IpIn(uint linkType, ReadOnlySpan<byte> frame) => linkType switch
    {
        Raw or RawOfSystems1 or RawOfSystems2 or Ipv4 or Ipv6 => frame,
        Null => From(frame, NullBytes),
        Ethernet => Behind(frame, EthernetBytes - TypeBytes, EthernetBytes),
        Cooked => Behind(frame, CookedBytes - TypeBytes, CookedBytes),
        Cooked2 => Behind(frame, 0, Cooked2Bytes),
        _ => default,
    };

    private static ReadOnlySpan<byte> Behind(ReadOnlySpan<byte> frame, int typeOffset, int offset)
    {
        while (frame.Length >= offset)
        {
            switch (BinaryPrimitives.ReadUInt16BigEndian(frame[typeOffset..]))
            {
                case EtherIpv4 or EtherIpv6:
                    return frame[offset..];
                case Vlan or ServiceVlan:
                    (typeOffset, offset) = (offset + VlanBytes - TypeBytes, offset + VlanBytes);
                    break;
                default:
                    return default;
            }
        }
        return default;
    }

    private static ReadOnlySpan<byte> From(ReadOnlySpan<byte> frame, int offset) =>
        frame.Length >= offset ? frame[offset..] : default;
}
