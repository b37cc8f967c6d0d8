using System.Buffers.Binary;
using Nfqlb.Filters;
using Nfqlb.Packets;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Explain;

/// <summary>A packet that is asked about.</summary>
/// <param name="Source">Where it comes from. An echo request has its id in place of the port.</param>
/// <param name="Destination">Where it goes to.</param>
/// <param name="Protocol">TCP, UDP, SCTP, or ICMP of its family, which means an echo request.</param>
public sealed record Probe(Endpoint Source, Endpoint Destination, IpProtocol Protocol)
{
    private const int Ipv4HeaderBytes = 20;
    private const int Ipv6HeaderBytes = 40;
    private const byte HopLimit = 64;

    /// <summary>Both ends are IPv4.</summary>
    public bool IsIpv4 => Source.Address.IsIpv4;

    /// <summary>Of both ends.</summary>
    public IpFamily Family => IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6;

    /// <summary>As packet filters see it.</summary>
    public FilteredPacket Filtered => new(Destination.Address)
    {
        Source = Source.Address,
        Protocol = Protocol,
        SourcePort = Source.Port,
        DestinationPort = Destination.Port,
    };

    /// <summary>The protocol as it is typed.</summary>
    public string ProtocolName => Protocol is IpProtocol.Icmp or IpProtocol.Icmpv6
        ? "icmp"
        : $"{Protocol}".ToLowerInvariant();

    /// <summary>As the balancer would get it: the first packet of a connection, without data. Checksums are 0, as it
    /// does not look at them.</summary>
    public byte[] ToBytes()
    {
        byte[] transport = Transport();
        byte[] header = new byte[IsIpv4 ? Ipv4HeaderBytes : Ipv6HeaderBytes];
        if (IsIpv4)
        {
            header[0] = 0x45; // version 4, 5 words (RFC 791 §3.1)
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(header.Length + transport.Length));
            header[8] = HopLimit;
            header[9] = (byte)Protocol;
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), (uint)Source.Address.Low);
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(16), (uint)Destination.Address.Low);
        }
        else
        {
            header[0] = 0x60; // version 6 (RFC 8200 §3)
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)transport.Length);
            header[6] = (byte)Protocol;
            header[7] = HopLimit;
            Write(Source.Address, header.AsSpan(8));
            Write(Destination.Address, header.AsSpan(24));
        }
        return [.. header, .. transport];
    }

    /// <summary>As it was asked for.</summary>
    public override string ToString() => $"{ProtocolName} {Source} to {Destination}";

    private static void Write(Address address, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, address.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[sizeof(ulong)..], address.Low);
    }

    private byte[] Transport()
    {
        byte[] bytes;
        switch (Protocol)
        {
            case IpProtocol.Icmp or IpProtocol.Icmpv6:
                bytes = [(byte)(IsIpv4 ? 8 : 128), 0, 0, 0, 0, 0, 0, 1];
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), Source.Port);
                return bytes;
            case IpProtocol.Tcp:
                bytes = new byte[20];
                bytes[12] = 0x50; // 5 words, and SYN (RFC 9293 §3.1)
                bytes[13] = 0x02;
                break;
            case IpProtocol.Udp:
                bytes = [0, 0, 0, 0, 0, 8, 0, 0];
                break;
            default:
                bytes = new byte[12];
                break;
        }
        BinaryPrimitives.WriteUInt16BigEndian(bytes, Source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), Destination.Port);
        return bytes;
    }
}
