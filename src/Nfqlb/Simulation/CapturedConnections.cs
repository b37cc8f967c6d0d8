using Nfqlb.Packets;

namespace Nfqlb.Simulation;

/// <summary>The connections that captured packets belong to, each once, as seen from who opened it.</summary>
/// <remarks>Who sent the first packet opened it, but for an answer to a SYN. Answers belong to the connection that they
/// answer. What has no connection of its own counts for nothing: later fragments, ICMP but for echo requests.</remarks>
public sealed class CapturedConnections
{
    /// <summary>More are not kept: 100 bytes each.</summary>
    public const int Most = 4_000_000;

    private const int TcpFlagsOffset = 13;
    private const int Syn = 0x02, Ack = 0x10;

    private readonly HashSet<PacketKey> _keys = [];

    /// <summary>Those that there are so far, in no order that means anything.</summary>
    public IReadOnlyCollection<PacketKey> Keys => _keys;

    /// <summary>Takes a packet.</summary>
    /// <param name="bytes">From the IP header on; may be cut behind the ports.</param>
    /// <returns>False where there are too many connections.</returns>
    public bool TryAdd(ReadOnlySpan<byte> bytes)
    {
        if (Packet.TryParse(bytes, out var packet) != Unparsable.None
            || packet.Part == FragmentPart.Later
            || packet.Kind is PacketKind.OtherIcmp or PacketKind.IcmpError)
        {
            return true;
        }
        var answered = packet.Key with
        {
            Source = packet.Key.Destination,
            Destination = packet.Key.Source,
            SourcePort = packet.Key.DestinationPort,
            DestinationPort = packet.Key.SourcePort,
        };
        if (_keys.Contains(packet.Key) || _keys.Contains(answered))
        {
            return true;
        }
        if (_keys.Count == Most)
        {
            return false;
        }
        _keys.Add(IsAnswerToSyn(packet, bytes) ? answered : packet.Key);
        return true;
    }

    private static bool IsAnswerToSyn(in Packet packet, ReadOnlySpan<byte> bytes) =>
        packet.Key.Protocol == IpProtocol.Tcp
        && bytes.Length - packet.TransportOffset > TcpFlagsOffset
        && (bytes[packet.TransportOffset + TcpFlagsOffset] & (Syn | Ack)) == (Syn | Ack);
}
