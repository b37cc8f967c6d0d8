using Nfqlb.Packets;

namespace Nfqlb.Maglev;

/// <summary>What a segment is made for and keeps for its life; a pool of another shape needs other memory.</summary>
/// <param name="Size">M and N.</param>
/// <param name="Seed">Of a pool whose targets are known by name; null where they are known by slot, and tables and
/// hashes are those of nfqlb 1.2.0.</param>
public readonly record struct PoolShape(PoolSize Size, HashSeed? Seed = null)
{
    /// <summary>The hash by which such a pool looks a packet up. The word of a flow that has less hashed, or both
    /// directions as one, goes before the mode's.</summary>
    public uint HashOf(HashMode mode, HashRule rule, in PacketKey key) =>
        !rule.IsDefault ? HashOf(HashMode.Tuple, default, rule.Of(key))
        : Seed is { } seed ? mode.Hash(seed, key)
        : mode.Hash(key);
}
