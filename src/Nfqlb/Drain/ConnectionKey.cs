using Nfqlb.Packets;

namespace Nfqlb.Drain;

/// <summary>A connection, as all its packets give it.</summary>
/// <param name="Pool">The number of the pool that it is balanced to.</param>
/// <param name="Packet">Addresses, protocol and ports, as far as the pool tells connections apart by them.</param>
public readonly record struct ConnectionKey(int Pool, PacketKey Packet)
{
    private static readonly HashRule BothDirections = new(HashFields.All, isSymmetric: true);

    /// <summary>The connection of a packet.</summary>
    /// <remarks>An SCTP association that is hashed by its ports comes by many addresses; and where both directions of a
    /// connection are balanced, both give the same key.</remarks>
    /// <param name="pool">The number of its pool.</param>
    /// <param name="mode">What of SCTP is hashed.</param>
    /// <param name="rule">What of its flow's packets is hashed.</param>
    /// <param name="key">The packet's; of an ICMP error that of the packet inside, swapped.</param>
    public static ConnectionKey Of(int pool, HashMode mode, HashRule rule, in PacketKey key)
    {
        if (rule.IsSymmetric)
        {
            return new ConnectionKey(pool, BothDirections.Of(key));
        }
        return mode == HashMode.SctpPorts && rule.IsDefault && key.Protocol == IpProtocol.Sctp
            ? new ConnectionKey(pool, key with { Source = default, Destination = default })
            : new ConnectionKey(pool, key);
    }
}
