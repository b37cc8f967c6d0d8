using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Simulation;

/// <summary>The flows of a balancer, as far as they say which connections come to one pool, and what of them is
/// hashed.</summary>
public sealed class PoolFlows
{
    private readonly FlowTable? _flows;
    private readonly PoolName _pool;
    private readonly HashRule _rule;

    private PoolFlows(FlowTable? flows, PoolName pool, HashRule rule) => (_flows, _pool, _rule) = (flows, pool, rule);

    /// <summary>Every connection comes to the pool.</summary>
    /// <param name="rule">What of it is hashed.</param>
    public static PoolFlows Every(HashRule rule) => new(null, default, rule);

    /// <summary>The first flow that accepts a connection has it, and hashes it by its own rule; every connection comes
    /// to the pool where no flow leads there, and so none says which.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="flows">Of all pools, in the order of their definition.</param>
    public static PoolFlows Of(PoolName pool, IReadOnlyList<Flow> flows)
    {
        if (flows.All(flow => flow.Target != pool))
        {
            return Every(default);
        }
        var table = new FlowTable(workers: 1);
        foreach (var flow in flows)
        {
            table.Set(flow, pool: null);
        }
        return new PoolFlows(table, pool, default);
    }

    /// <summary>What is hashed of any connection that comes to the pool; null where that hangs on its flow.</summary>
    public HashRule? Common
    {
        get
        {
            if (_flows is null)
            {
                return _rule;
            }
            var flows = _flows.Current.Entries.Where(entry => entry.Flow.Target == _pool && !entry.Flow.Name.IsHelper);
            HashRule[] rules = [.. flows.Select(entry => entry.Flow.Hash).Distinct()];
            return rules.Length == 1 ? rules[0] : null;
        }
    }

    /// <summary>Finds what of a connection is hashed; false when it does not come to the pool.</summary>
    /// <param name="packet">Of it, from who opened it. Of SCTP inside UDP it becomes the packet inside.</param>
    /// <param name="bytes">The bytes that gave it.</param>
    /// <param name="rule">Not valid when this returns false.</param>
    public bool TryFind(ref Packet packet, ReadOnlySpan<byte> bytes, out HashRule rule)
    {
        rule = _rule;
        if (_flows is null)
        {
            return true;
        }
        var flows = _flows.Current;
        bool isFound = flows.TryFind(packet, bytes, isPromiscuousPing: false, out var match);
        if (isFound && match.Entry.Flow.Name.IsHelper
            && packet.TryDecapsulateSctp(bytes, out var sctp) == Unparsable.None)
        {
            packet = sctp;
            isFound = flows.TryFind(packet, bytes, isPromiscuousPing: false, out match);
        }
        if (!isFound)
        {
            return false;
        }
        rule = match.Hash;
        return match.Entry.Flow.Target == _pool && !match.Entry.Flow.Name.IsHelper;
    }
}
