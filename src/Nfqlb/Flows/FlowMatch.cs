using Nfqlb.Flows.Index;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Flows;

/// <summary>The flow of a packet, with what becomes of the packet at hand.</summary>
/// <remarks>A view of the index, which keeps the entry's pool and counter beside it, so that a look-up need not touch
/// the entry's memory.</remarks>
public readonly struct FlowMatch
{
    private readonly Rule _rule;

    internal FlowMatch(Rule rule) => _rule = rule;

    /// <summary>The flow.</summary>
    public FlowEntry Entry => _rule.Entry;

    /// <summary>Its pool; null for a helper flow.</summary>
    public TargetPool? Pool => _rule.Pool;

    /// <summary>What of its packets is hashed.</summary>
    public HashRule Hash => _rule.Hash;

    /// <summary>Its counter.</summary>
    public FlowCounter Counter => _rule.Counter;
}
