using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Queues;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Objects;

/// <summary>The whole host at one look: all that decides whether packets reach their targets.</summary>
/// <remarks>Each part is read by itself, and says why where it could not be.</remarks>
public sealed record HostSnapshot
{
    /// <summary>What is asked for by documents and commands.</summary>
    public required Reading<DesiredState> Desired { get; init; }

    /// <summary>What the files asked for last that a balancer follows; null in it where none does.</summary>
    public Reading<DesiredState?> Source { get; init; } = new(null);

    /// <summary>A change was begun, and its end was not noted.</summary>
    public bool IsUnfinished { get; init; }

    /// <summary>Where the balancer is asked, for messages.</summary>
    public string BalancerAddress { get; init; } = "";

    /// <summary>The balancer; null in it when nobody listens there.</summary>
    public required Reading<BalancerState?> Balancer { get; init; }

    /// <summary>The unit of systemd that starts it; null for none that is known.</summary>
    public string? Unit { get; init; }

    /// <summary>The queues that somebody reads, by number.</summary>
    public required Reading<IReadOnlyList<BoundQueue>> Queues { get; init; }

    /// <summary>Our table of virtual addresses.</summary>
    public required Reading<QueuedVips> Vips { get; init; }

    /// <summary>The packet filters of others, in nf_tables and of iptables-legacy.</summary>
    public Reading<IReadOnlyList<FilterChain>> Filters { get; init; } = new([]);

    /// <summary>The policies of IPsec that forwarded packets meet.</summary>
    public Reading<IReadOnlyList<TransformPolicy>> Policies { get; init; } = new([]);

    /// <summary>The pools that are asked for, or that flows lead to.</summary>
    public required Reading<IReadOnlyList<PoolState>> Pools { get; init; }

    /// <summary>Pools that nothing leads to, looked for where there are no flows.</summary>
    public Reading<IReadOnlyList<PoolState>> OtherPools { get; init; } = new([]);

    /// <summary>Links, addresses, rules, routes, neighbours.</summary>
    public required Reading<NetworkState> Network { get; init; }

    /// <summary>Queueing disciplines of all links.</summary>
    public Reading<IReadOnlyList<QueueDiscipline>> Disciplines { get; init; } = new([]);

    /// <summary>Settings of the kernel.</summary>
    public required Reading<SysctlValues> Sysctls { get; init; }

    /// <summary>What a plan is made of.</summary>
    public required Reading<ObservedState> Observed { get; init; }

    /// <summary>The flows in force; where they are not known, those that are asked for.</summary>
    public IReadOnlyList<Flow> Flows => Balancer.Or(null)?.Flows ?? Desired.Or(DesiredState.Empty).Flows;

    /// <summary>The pools that flows lead to.</summary>
    public IReadOnlySet<PoolName> PoolsInUse => Flows.Select(flow => flow.Target).ToHashSet();

    /// <summary>Runs a balancer as the one that belongs here: `serve` with the files that it follows or, where none
    /// runs, that the last one has followed; else `flowlb`. Other options nobody has noted.</summary>
    /// <param name="queues">Those that it should read, as `--queue` takes them.</param>
    public string Run(string queues)
    {
        var kept = Source.Or(null)?.Files ?? [];
        return Balancer.Or(null) switch
        {
            { Configuration: null } => Remedy.Balance(queues),
            _ when !kept.IsEmpty => Remedy.Serve(kept),
            { Configuration.Source: var typed } => Remedy.Serve(typed.Split(", ")),
            null => Remedy.Balance(queues),
        };
    }

    /// <summary>Nobody reads any queue of a rule, which loses its packets; false where that is not seen.</summary>
    public bool IsUnread(QueueRule rule) => Queues.IsRead && !rule.Bypass && !Queues.Value.Any(queue =>
        queue.Number >= rule.Queues.First.Value && queue.Number <= rule.Queues.Last.Value);

    /// <summary>A pool; one that is missing where it was not found.</summary>
    public PoolState PoolOf(PoolName name) =>
        Pools.Or([]).FirstOrDefault(pool => pool.Name == name) ?? PoolState.Missing(name);
}
