using System.Net;
using Nfqlb.Packets;
using static Nfqlb.Tests.Wire.Transport;

namespace Nfqlb.Tests.Wire;

/// <summary>An IPv6 packet with extension headers in any order, RFC 8200 §3 and §4.</summary>
internal sealed class Ipv6Builder(string source, string destination) : IpBuilder
{
    /// <summary>Each header without its first byte, which names what follows it.</summary>
    private readonly List<(IpProtocol Type, byte[] Tail)> _chain = [];

    protected override IpProtocol Icmp => IpProtocol.Icmpv6;

    protected override byte EchoRequestType => 128;

    protected override byte EchoReplyType => 129;

    /// <summary>8 bytes for length 0, 8 more for each that is added.</summary>
    public Ipv6Builder HopByHop(byte length = 0) => Extension(IpProtocol.HopByHop, length);

    /// <summary>8 bytes for length 0, 8 more for each that is added.</summary>
    public Ipv6Builder Routing(byte length = 0) => Extension(IpProtocol.Routing, length);

    /// <summary>8 bytes for length 0, 8 more for each that is added.</summary>
    public Ipv6Builder DestinationOptions(byte length = 0) => Extension(IpProtocol.DestinationOptions, length);

    /// <summary>The offset counts in 8 bytes. Offset 0 without more to come is an atomic fragment.</summary>
    public Ipv6Builder Fragment(uint id, int offset, bool hasMore)
    {
        ushort field = (ushort)(offset << 3 | (hasMore ? 1 : 0));
        _chain.Add((IpProtocol.Fragment, [0, .. Network(field), .. Network(id)]));
        return this;
    }

    public Ipv6Builder Extension(IpProtocol type, byte length)
    {
        _chain.Add((type, [length, .. new byte[6 + length * 8]]));
        return this;
    }

    public override byte[] Carry(IpProtocol protocol, byte[] payload)
    {
        IpProtocol[] types = [.. _chain.Select(header => header.Type), protocol];
        byte[] chain = [.. _chain.SelectMany((header, i) => (byte[])[(byte)types[i + 1], .. header.Tail])];
        return
        [
            0x60, 0, 0, 0,
            .. Network((ushort)(chain.Length + payload.Length)), (byte)types[0], 64,
            .. IPAddress.Parse(source).GetAddressBytes(),
            .. IPAddress.Parse(destination).GetAddressBytes(),
            .. chain,
            .. payload,
        ];
    }
}
