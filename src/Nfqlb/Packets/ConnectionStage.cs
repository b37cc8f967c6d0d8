using System.Buffers.Binary;

namespace Nfqlb.Packets;

/// <summary>What a packet says of the connection that it belongs to.</summary>
public enum ConnectionStage : byte
{
    /// <summary>Nothing: it may belong to one that is open.</summary>
    Open,

    /// <summary>It asks for a new one: a SYN of TCP, an INIT of SCTP, an Initial of QUIC.</summary>
    Opens,

    /// <summary>It ends one, or one direction of one.</summary>
    Ends,
}

/// <summary>Tells the stage by a look at the transport header.</summary>
/// <remarks>
/// <code>
/// TCP   byte 13 of the header: CWR ECE URG ACK PSH RST SYN FIN                       (RFC 9293 §3.1)
/// SCTP  byte 12 of the header: type of the first chunk; an INIT is alone in its packet  (RFC 9260 §3.2)
/// QUIC  behind the 8 bytes of UDP: 1 1 T T x x x x, then the version, 4 bytes          (RFC 9000 §17.2, RFC 9369 §3)
/// </code>
/// What the queue has cut off, and the packet inside an ICMP error, opens and ends nothing.
/// </remarks>
public static class ConnectionStages
{
    private const int TcpFlagsOffset = 13;
    private const int Fin = 0x01, Syn = 0x02, Rst = 0x04, Ack = 0x10;

    private const int SctpChunkOffset = 12;
    private const int Init = 1, Abort = 6, Shutdown = 7, ShutdownAck = 8, ShutdownComplete = 14;

    private const int UdpLengthOffset = 4;
    private const int UdpHeaderBytes = 8;
    private const int QuicHeaderBytes = 5;

    /// <summary>A datagram with an Initial has at least this (RFC 9000 §14.1); servers ignore shorter ones.</summary>
    private const int LeastInitialBytes = 1200;

    private const int LongHeader = 0xc0;
    private const int TypeMask = 0x30;
    private const uint Version1 = 1, Version2 = 0x6b33_43cf;
    private const int InitialOfVersion1 = 0x00, InitialOfVersion2 = 0x10;

    /// <summary>The stage that a packet with ports tells; Open for all others.</summary>
    /// <param name="packet">A whole packet or a first fragment.</param>
    /// <param name="bytes">The bytes that gave it.</param>
    public static ConnectionStage Of(in Packet packet, ReadOnlySpan<byte> bytes)
    {
        if (packet.Kind != PacketKind.Ports || packet.TransportOffset > bytes.Length)
        {
            return ConnectionStage.Open;
        }
        var transport = bytes[packet.TransportOffset..];
        return packet.Key.Protocol switch
        {
            IpProtocol.Tcp => OfTcp(transport),
            IpProtocol.Sctp => OfSctp(transport),
            IpProtocol.Udp => OfUdp(transport),
            _ => ConnectionStage.Open,
        };
    }

    private static ConnectionStage OfTcp(ReadOnlySpan<byte> header)
    {
        if (header.Length <= TcpFlagsOffset)
        {
            return ConnectionStage.Open;
        }
        int flags = header[TcpFlagsOffset];
        if ((flags & (Fin | Rst)) != 0)
        {
            return ConnectionStage.Ends;
        }
        return (flags & (Syn | Ack)) == Syn ? ConnectionStage.Opens : ConnectionStage.Open;
    }

    private static ConnectionStage OfSctp(ReadOnlySpan<byte> header) =>
        header.Length <= SctpChunkOffset ? ConnectionStage.Open : header[SctpChunkOffset] switch
        {
            Init => ConnectionStage.Opens,
            Abort or Shutdown or ShutdownAck or ShutdownComplete => ConnectionStage.Ends,
            _ => ConnectionStage.Open,
        };

    private static ConnectionStage OfUdp(ReadOnlySpan<byte> header)
    {
        if (header.Length < UdpHeaderBytes + QuicHeaderBytes
            || BinaryPrimitives.ReadUInt16BigEndian(header[UdpLengthOffset..]) < UdpHeaderBytes + LeastInitialBytes)
        {
            return ConnectionStage.Open;
        }
        var quic = header[UdpHeaderBytes..];
        int first = quic[0];
        bool isInitial = (first & LongHeader) == LongHeader && BinaryPrimitives.ReadUInt32BigEndian(quic[1..]) switch
        {
            Version1 => (first & TypeMask) == InitialOfVersion1,
            Version2 => (first & TypeMask) == InitialOfVersion2,
            _ => false,
        };
        return isInitial ? ConnectionStage.Opens : ConnectionStage.Open;
    }
}
