using Nfqlb.Packets;

namespace Nfqlb.Tests.Wire;

/// <summary>What both versions of IP can carry. Each of these ends a chain of calls with the packet's bytes.</summary>
internal abstract class IpBuilder
{
    private static readonly byte[] SequenceNumber = [0, 1];

    /// <summary>ICMP as this version of IP numbers it.</summary>
    protected abstract IpProtocol Icmp { get; }

    protected abstract byte EchoRequestType { get; }

    protected abstract byte EchoReplyType { get; }

    public byte[] Tcp(ushort source, ushort destination) =>
        Carry(IpProtocol.Tcp, Transport.Tcp(source, destination));

    public byte[] Udp(ushort source, ushort destination, params byte[] payload) =>
        Carry(IpProtocol.Udp, Transport.Udp(source, destination, payload));

    public byte[] Sctp(ushort source, ushort destination) =>
        Carry(IpProtocol.Sctp, Transport.Sctp(source, destination));

    /// <summary>RFC 6951.</summary>
    public byte[] SctpInUdp(ushort udpSource, ushort udpDestination, ushort source, ushort destination) =>
        Udp(udpSource, udpDestination, Transport.Sctp(source, destination));

    public byte[] EchoRequest(ushort id) => Icmp8(EchoRequestType, id);

    public byte[] EchoReply(ushort id) => Icmp8(EchoReplyType, id);

    /// <summary>A header of 8 bytes, then the packet that caused the error.</summary>
    public byte[] IcmpError(byte type, byte[] inner) => Carry(Icmp, [type, 0, 0, 0, 0, 0, 0, 0, .. inner]);

    /// <summary>Any bytes behind the IP header, ICMP by its number.</summary>
    public byte[] IcmpBytes(params byte[] bytes) => Carry(Icmp, bytes);

    /// <summary>Any bytes behind the IP header.</summary>
    public abstract byte[] Carry(IpProtocol protocol, byte[] payload);

    private byte[] Icmp8(byte type, ushort id) =>
        Carry(Icmp, [type, 0, 0, 0, .. Transport.Network(id), .. SequenceNumber]);
}
