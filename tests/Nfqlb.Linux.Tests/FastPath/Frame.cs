using System.Buffers.Binary;
using Nfqlb.Packets;
using Nfqlb.Tests.Flows.Index;

namespace Nfqlb.Linux.Tests.FastPath;

/// <summary>Packets as bytes in an Ethernet frame, written into one buffer again and again.</summary>
internal sealed class Frame
{
    public const int EthernetBytes = 14;
    private const int VlanTagBytes = 4;
    private const int MostBytes = 4_096;
    private const int PayloadBytes = 24;

    /// <summary>More than a packet of <see cref="Of(PlainPacket, FrameKind)"/> takes.</summary>
    private const int ClearedBytes = 128;
    private const int Ipv4Bytes = 20;
    private const int Ipv6Bytes = 40;
    private const ushort EtherTypeIpv4 = 0x0800;
    private const ushort EtherTypeIpv6 = 0x86dd;
    private const ushort EtherTypeVlan = 0x8100;

    private readonly byte[] _bytes = new byte[MostBytes];
    private int _end;
    private int _ip;

    /// <summary>From the Ethernet header on.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _end);

    /// <summary>From the IP header on.</summary>
    public ReadOnlySpan<byte> Packet => _bytes.AsSpan(_ip.._end);

    /// <summary>It is as long as it says, but for what is odd about it.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Takes a packet as it is; its first byte says which version it claims to be.</summary>
    public Frame Of(ReadOnlySpan<byte> packet)
    {
        Begin(packet.Length > 0 && packet[0] >> 4 == 6 ? EtherTypeIpv6 : EtherTypeIpv4, tags: 0);
        packet.CopyTo(_bytes.AsSpan(_end));
        _end += packet.Length;
        IsWhole = false;
        return this;
    }

    /// <summary>A TCP, UDP or SCTP packet, or another one whose first bytes look like ports.</summary>
    /// <param name="packet">Both addresses of one family.</param>
    /// <param name="kind">What is odd about it.</param>
    public Frame Of(PlainPacket packet, FrameKind kind)
    {
        bool isIpv4 = PlainBlock.AddressOf(packet.Destination).IsIpv4;
        Begin(isIpv4 ? EtherTypeIpv4 : EtherTypeIpv6, tags: kind == FrameKind.Vlan ? 1 : 0);
        if (kind == FrameKind.OtherHost)
        {
            _bytes[5] = 1; // of the destination's MAC; the device's own is 0
        }
        IsWhole = true;
        int options = kind == FrameKind.Extended ? 8 : 0;
        if (isIpv4)
        {
            WriteIpv4(packet, kind, options);
        }
        else
        {
            WriteIpv6(packet, kind, options);
        }
        var transport = _bytes.AsSpan(_end);
        transport[..PayloadBytes].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(transport, (ushort)packet.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(transport[2..], (ushort)packet.DestinationPort);
        transport[PlainPacket.ByteOffset] = packet.Byte;
        _end += PayloadBytes;
        return this;
    }

    private void Begin(ushort etherType, int tags)
    {
        _bytes.AsSpan(0, ClearedBytes).Clear();
        _end = EthernetBytes - sizeof(ushort);
        for (int i = 0; i < tags; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(_end), EtherTypeVlan);
            _bytes[_end + 3] = 5;
            _end += VlanTagBytes;
        }
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(_end), etherType);
        _end += sizeof(ushort);
        _ip = _end;
    }

    private void WriteIpv4(PlainPacket packet, FrameKind kind, int options)
    {
        var ip = _bytes.AsSpan(_end);
        ip[0] = (byte)(0x45 + options / 4);
        int total = Ipv4Bytes + options + PayloadBytes;
        total = kind switch { FrameKind.EndsEarly => Ipv4Bytes + 3, FrameKind.PromisesMore => total * 3, _ => total };
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)total);
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], kind switch
        {
            FrameKind.FirstFragment => 0x2000,
            FrameKind.LaterFragment => 0x0010,
            _ => 0x4000, // don't fragment
        });
        ip[8] = 64;
        ip[9] = packet.Protocol;
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], (uint)packet.Source);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], (uint)packet.Destination);
        ip.Slice(Ipv4Bytes, options).Fill(1); // no operation
        _end += Ipv4Bytes + options;
    }

    private void WriteIpv6(PlainPacket packet, FrameKind kind, int options)
    {
        var ip = _bytes.AsSpan(_end);
        bool isFragment = kind is FrameKind.FirstFragment or FrameKind.LaterFragment;
        int extension = isFragment ? 8 : options;
        int payload = extension + PayloadBytes;
        payload = kind switch { FrameKind.EndsEarly => 3, FrameKind.PromisesMore => payload * 5, _ => payload };
        ip[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)payload);
        byte next = packet.Protocol == PlainPacket.Icmp ? (byte)IpProtocol.Icmpv6 : packet.Protocol;
        ip[6] = isFragment ? (byte)IpProtocol.Fragment : extension > 0 ? (byte)IpProtocol.DestinationOptions : next;
        ip[7] = 64;
        BinaryPrimitives.WriteUInt128BigEndian(ip[8..], packet.Source);
        BinaryPrimitives.WriteUInt128BigEndian(ip[24..], packet.Destination);
        _end += Ipv6Bytes;
        if (extension > 0)
        {
            _bytes[_end] = next;
            _bytes[_end + 3] = kind switch { FrameKind.LaterFragment => 0x10, FrameKind.FirstFragment => 1, _ => 0 };
            _end += extension;
        }
    }
}
