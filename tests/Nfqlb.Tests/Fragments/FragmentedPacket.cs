using Nfqlb.Packets;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Fragments;

/// <summary>A UDP packet in fragments of 8 bytes each, the last one shorter.</summary>
internal static class FragmentedPacket
{
    public const ushort SourcePort = 4000, DestinationPort = 5000;

    /// <summary>The fragments in order, IPv4.</summary>
    public static byte[][] Ipv4(int count, ushort id = 1, string source = Ip.Client4) =>
        Cut(count, (offset, hasMore, bytes) =>
            Ip.V4(source).Fragment(id, offset, hasMore).Carry(IpProtocol.Udp, bytes));

    /// <summary>The fragments in order, IPv6.</summary>
    public static byte[][] Ipv6(int count, uint id = 1, string source = Ip.Client6) =>
        Cut(count, (offset, hasMore, bytes) =>
            Ip.V6(source).HopByHop().Fragment(id, offset, hasMore).Carry(IpProtocol.Udp, bytes));

    /// <summary>The place that the classifier reads of a fragment.</summary>
    public static Fragment Place(byte[] bytes)
    {
        Assert.Equal(Unparsable.None, Packet.TryParse(bytes, out var packet));
        Assert.NotEqual(FragmentPart.Whole, packet.Part);
        return Fragment.Of(packet, bytes);
    }

    private static byte[][] Cut(int count, Func<int, bool, byte[], byte[]> carry)
    {
        byte[] udp = Transport.Udp(SourcePort, DestinationPort, new byte[8 * (count - 1) - 3]);
        return [.. udp.Chunk(8).Select((bytes, i) => carry(i, i + 1 < count, bytes))];
    }
}
