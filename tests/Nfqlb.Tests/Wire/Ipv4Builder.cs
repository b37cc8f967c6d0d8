using System.Net;
using Nfqlb.Packets;
using static Nfqlb.Tests.Wire.Transport;

namespace Nfqlb.Tests.Wire;

/// <summary>An IPv4 packet, RFC 791 §3.1.</summary>
internal sealed class Ipv4Builder(string source, string destination) : IpBuilder
{
    private const ushort MoreFragments = 0x2000;

    private int _optionWords;
    private ushort _id;
    private ushort _fragment;

    protected override IpProtocol Icmp => IpProtocol.Icmp;

    protected override byte EchoRequestType => 8;

    protected override byte EchoReplyType => 0;

    /// <summary>So many words of 4 bytes, all "no operation".</summary>
    public Ipv4Builder Options(int words)
    {
        _optionWords = words;
        return this;
    }

    /// <summary>A fragment; the offset counts in 8 bytes.</summary>
    public Ipv4Builder Fragment(ushort id, int offset, bool hasMore)
    {
        _id = id;
        _fragment = (ushort)(offset | (hasMore ? MoreFragments : 0));
        return this;
    }

    public override byte[] Carry(IpProtocol protocol, byte[] payload)
    {
        int headerBytes = 20 + _optionWords * 4;
        return
        [
            (byte)(0x40 | headerBytes / 4), 0, .. Network((ushort)(headerBytes + payload.Length)),
            .. Network(_id), .. Network(_fragment),
            64, (byte)protocol, 0, 0, // time to live, protocol, checksum
            .. IPAddress.Parse(source).GetAddressBytes(),
            .. IPAddress.Parse(destination).GetAddressBytes(),
            .. Enumerable.Repeat((byte)1, _optionWords * 4),
            .. payload,
        ];
    }
}
