using System.Buffers.Binary;

namespace Nfqlb.Tests.Support;

/// <summary>The IP packets of a pcap file (libpcap 2.4, little-endian, Ethernet).</summary>
internal static class Capture
{
    private const uint LittleEndianMicroseconds = 0xa1b2c3d4;
    private const int FileHeaderBytes = 24;
    private const int RecordHeaderBytes = 16;
    private const int EthernetHeaderBytes = 14;

    /// <summary>The captures that nfqlb 1.2.0 gave keys for.</summary>
    public static readonly string[] Names = ["telnet-ipv4", "telnet-ipv6", "udp-ipv4", "udp-ipv6", "sctp-encap-ipv4"];

    /// <summary>From the first byte of each IP header, in the order of the capture.</summary>
    public static List<byte[]> Read(string name)
    {
        ReadOnlySpan<byte> file = File.ReadAllBytes(TestData.Path($"{name}.pcap"));
        Assert.Equal(LittleEndianMicroseconds, BinaryPrimitives.ReadUInt32LittleEndian(file));
        var packets = new List<byte[]>();
        for (var rest = file[FileHeaderBytes..]; !rest.IsEmpty;)
        {
            int captured = BinaryPrimitives.ReadInt32LittleEndian(rest[8..]);
            rest = rest[RecordHeaderBytes..];
            packets.Add(rest[EthernetHeaderBytes..captured].ToArray());
            rest = rest[captured..];
        }
        return packets;
    }
}
