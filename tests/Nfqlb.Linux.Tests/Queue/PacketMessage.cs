using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Nfqlb.Linux.Tests.Support;
using static Nfqlb.Linux.Interop.NfqlbQueue;

namespace Nfqlb.Linux.Tests.Queue;

/// <summary>Builds messages as the kernel's nfnetlink_queue would, or would not, and has the shim parse them.</summary>
internal sealed unsafe partial class PacketMessage
{
    public const int PacketType = 0x300; // NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET
    public const int ErrorType = 2;      // NLMSG_ERROR

    public const int PacketHeader = 1;   // NFQA_PACKET_HDR
    public const int Mark = 3;           // NFQA_MARK
    public const int IncomingLink = 5;   // NFQA_IFINDEX_INDEV
    public const int Payload = 10;       // NFQA_PAYLOAD
    public const int WholeLength = 13;   // NFQA_CAP_LEN
    public const int PacketInfo = 14;    // NFQA_SKB_INFO

    private readonly List<byte> _bytes = [];

    /// <summary>A message with its netlink header and, for a packet, its nfgenmsg.</summary>
    public PacketMessage(int type = PacketType)
    {
        _bytes.AddRange(new byte[type == PacketType ? 20 : 16]);
        BinaryPrimitives.WriteUInt16LittleEndian(CollectionsMarshal.AsSpan(_bytes)[4..], (ushort)type);
    }

    /// <summary>What the shim makes of a message: the values of enum nfqlb_message_kind.</summary>
    public enum Kind
    {
        Packet,
        Error,
        Other,
    }

    /// <summary>An NFQA_PACKET_HDR: id 0x01020304, IPv4, hook 0.</summary>
    public PacketMessage WithPacketHeader() => With(PacketHeader, [1, 2, 3, 4, 0x08, 0x00, 0]);

    /// <summary>Any attribute, padded to 4 bytes; a length other than its own is a lie.</summary>
    public PacketMessage With(int type, ReadOnlySpan<byte> value, int? claimedLength = null, bool padded = true)
    {
        Span<byte> header = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)(claimedLength ?? value.Length + 4));
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], (ushort)type);
        _bytes.AddRange(header);
        _bytes.AddRange(value);
        while (padded && _bytes.Count % 4 != 0)
        {
            _bytes.Add(0);
        }

        return this;
    }

    /// <summary>Bytes that are no attribute.</summary>
    public PacketMessage WithRaw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>The datagram, with its true nlmsg_len or a lie.</summary>
    public byte[] Bytes(int? claimedLength = null)
    {
        byte[] bytes = [.. _bytes];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, claimedLength ?? bytes.Length);
        return bytes;
    }

    /// <summary>Parses a datagram that ends where unreadable memory begins.</summary>
    public static Parsed Parse(ReadOnlySpan<byte> datagram)
    {
        using var memory = new GuardedMemory();
        var packet = default(nfqlb_packet);
        byte* start = memory.Place(datagram);
        var kind = (Kind)nfqlb_message_parse(start, (nuint)datagram.Length, &packet);
        if (kind != Kind.Packet)
        {
            return new Parsed(kind, 0, [], 0, 0, 0, 0, false);
        }

        Assert.True(packet.payload >= start, "the payload begins before the datagram");
        Assert.True(packet.payload + packet.payload_length <= start + datagram.Length, "the payload ends behind it");
        return new Parsed(
            kind, packet.id, packet.Payload.ToArray(), (int)packet.original_length, packet.hw_protocol,
            packet.mark, packet.incoming_link, packet.is_gso != 0);
    }

    [LibraryImport("nfqlb_queue")]
    private static partial int nfqlb_message_parse(byte* datagram, nuint length, nfqlb_packet* packet);

    /// <summary>A parsed message, its payload copied.</summary>
    public sealed record Parsed(
        Kind Kind, uint Id, byte[] Payload, int OriginalLength, int HardwareProtocol, uint Mark, uint IncomingLink,
        bool IsSuperPacket);
}
