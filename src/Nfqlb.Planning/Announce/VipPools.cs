using System.Collections.Immutable;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Announce;

/// <summary>The pools that flows lead to, by virtual address.</summary>
public sealed class VipPools
{
    private readonly Dictionary<Cidr, ImmutableArray<PoolName>> _byVip = [];

    /// <summary>Looks through the flows once.</summary>
    /// <param name="vips">The addresses.</param>
    /// <param name="flows">All flows in force.</param>
    public VipPools(IEnumerable<Cidr> vips, IEnumerable<Flow> flows)
    {
        var index = new BlockIndex<Flow>();
        var anywhere = new List<PoolName>();
        foreach (var flow in flows)
        {
            foreach (var block in flow.Destinations)
            {
                index.Add(block, flow);
            }
            if (flow.Destinations.IsEmpty)
            {
                anywhere.Add(flow.Target);
            }
        }
        index.Sort();
        foreach (var vip in vips)
        {
            var pools = new SortedDictionary<string, PoolName>(StringComparer.Ordinal);
            foreach (var pool in anywhere)
            {
                pools[pool.Text] = pool;
            }
            foreach (var flow in index.Touching(vip))
            {
                pools[flow.Target.Text] = flow.Target;
            }
            _byVip[vip] = [.. pools.Values];
        }
    }

    /// <summary>Those of an address, by name; none where no flow is for it.</summary>
    public ImmutableArray<PoolName> Of(Cidr vip) => _byVip.GetValueOrDefault(vip, []);
}
