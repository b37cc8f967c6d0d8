using System.Collections.Immutable;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;
using Nfqlb.Queues;

namespace Nfqlb.Planning.Announce;

/// <summary>Whether a balancer can serve virtual addresses: their packets come to it, and there are targets for
/// them.</summary>
/// <param name="Read">The queues that it reads.</param>
/// <param name="Queued">What the kernel queues, and where; null for nothing.</param>
/// <param name="Faults">Why packets do not leave its queues, a line each; none where they do.</param>
/// <param name="Pools">The pools behind each address.</param>
/// <param name="StandingOf">How well a pool can take packets; null for one that is not there.</param>
/// <param name="NeedsOnePool">One pool that can is enough; else all must.</param>
public sealed record Servability(
    QueueRange Read, VipTableContent? Queued, ImmutableArray<string> Faults, VipPools Pools,
    Func<PoolName, PoolStanding?> StandingOf, bool NeedsOnePool)
{
    private readonly HashSet<Cidr> _queued = [.. Queued?.Prefixes ?? []];

    /// <summary>Why an address cannot be served, in a clause; null where it can.</summary>
    public string? ReasonAgainst(Cidr vip)
    {
        if (!Faults.IsEmpty)
        {
            return Faults[0];
        }
        if (Queued is not { Queues: var queues } || !_queued.Contains(vip))
        {
            return "its packets are not queued";
        }
        if (queues.First < Read.First.Value || queues.Last > Read.Last.Value)
        {
            return $"its packets go to queues {queues.First}:{queues.Last}, and this balancer reads {Read}";
        }
        var pools = Pools.Of(vip);
        if (pools.IsEmpty)
        {
            return "no flow is for it";
        }
        string? first = null;
        foreach (var pool in pools)
        {
            string? reason = ReasonAgainst(pool);
            if (reason is null == NeedsOnePool)
            {
                return reason;
            }
            first ??= reason;
        }
        return first;
    }

    private string? ReasonAgainst(PoolName pool) => StandingOf(pool) switch
    {
        null => $"there is no pool [{pool}]",
        { IsEnough: true } => null,
        { } standing => $"{standing.Able} of the targets of pool [{pool}] can take packets, and "
            + $"{standing.Needed} must",
    };
}
