using Nfqlb.Packets;

namespace Nfqlb.Simulation;

/// <summary>The connections to a pool that captured packets belong to, each once, as seen from who opened it.</summary>
/// <remarks>Who sent the first packet opened it, but for an answer to a SYN. Answers belong to the connection that they
/// answer. What has no connection of its own counts for nothing: later fragments, ICMP but for echo requests. Nor does
/// what comes to another pool, or to none.</remarks>
/// <param name="flows">Which come to the pool, and what of them is hashed.</param>
public sealed class CapturedConnections(PoolFlows flows)
{
    /// <summary>More are not kept: 100 bytes each.</summary>
    public const int Most = 4_000_000;

    private const int TcpFlagsOffset = 13;
    private const int Syn = 0x02, Ack = 0x10;

    private readonly Dictionary<PacketKey, HashRule> _rules = [];

    /// <summary>Those that there are so far, each with what of it is hashed, in no order that means anything.</summary>
    public IReadOnlyDictionary<PacketKey, HashRule> Rules => _rules;

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
        if (IsAnswerToSyn(packet, bytes))
        {
            packet = packet with { Key = Answered(packet.Key) };
        }
        if (!flows.TryFind(ref packet, bytes, out var rule)
            || _rules.ContainsKey(packet.Key) || _rules.ContainsKey(Answered(packet.Key)))
        {
            return true;
        }
        if (_rules.Count == Most)
        {
            return false;
        }
        _rules.Add(packet.Key, rule);
        return true;
    }

    private static PacketKey Answered(in PacketKey key) => key with
    {
        Source = key.Destination,
        Destination = key.Source,
        SourcePort = key.DestinationPort,
        DestinationPort = key.SourcePort,
    };

    private static bool IsAnswerToSyn(in Packet packet, ReadOnlySpan<byte> bytes) =>
        packet.Key.Protocol == IpProtocol.Tcp
        && bytes.Length - packet.TransportOffset > TcpFlagsOffset
        && (bytes[packet.TransportOffset + TcpFlagsOffset] & (Syn | Ack)) == (Syn | Ack);
}
