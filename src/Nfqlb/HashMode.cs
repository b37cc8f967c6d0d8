using Nfqlb.Packets;

namespace Nfqlb;

/// <summary>What of an SCTP packet is hashed; every other protocol is hashed by its whole key in both modes.</summary>
public enum HashMode
{
    /// <summary>Addresses, protocol and ports (`--hash_mode=0`).</summary>
    Tuple = 0,

    /// <summary>Ports alone (`--hash_mode=1`, the default): a multi-homed association keeps one target.</summary>
    SctpPorts = 1,
}

/// <summary>The hash that a mode asks for.</summary>
public static class HashModeExtensions
{
    /// <summary>Hash of a key under this mode.</summary>
    public static uint Hash(this HashMode mode, in PacketKey key) =>
        mode == HashMode.SctpPorts && key.Protocol == IpProtocol.Sctp
            ? FlowHash.OfPorts(key)
            : FlowHash.OfTuple(key);

    /// <summary>The same for a flow that has less hashed, or both directions as one; its word goes before the mode's.
    /// </summary>
    public static uint Hash(this HashMode mode, HashRule rule, in PacketKey key) =>
        rule.IsDefault ? mode.Hash(key) : HashMode.Tuple.Hash(rule.Of(key));

    /// <summary>The same, keyed.</summary>
    public static uint Hash(this HashMode mode, HashSeed seed, in PacketKey key) =>
        mode == HashMode.SctpPorts && key.Protocol == IpProtocol.Sctp
            ? KeyedHash.OfPorts(seed, key)
            : KeyedHash.OfTuple(seed, key);
}
