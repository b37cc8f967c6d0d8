using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;

namespace Nfqlb.Planning.Status;

/// <summary>What of the balancer's flows is somebody else's? `apply` and `reset --all` leave it as it is.</summary>
public static class ForeignCheck
{
    private const string Area = "foreign";

    /// <summary>Of more flows of others it is not found out which of ours stand behind them.</summary>
    private const int MostCompared = 100;

    /// <param name="managed">What is asked for by documents and control commands.</param>
    /// <param name="flows">Those in force, in their order.</param>
    /// <param name="poolOf">A pool as it is.</param>
    public static IEnumerable<Finding> Findings(
        Managed managed, IReadOnlyList<Flow> flows, Func<PoolName, PoolState> poolOf)
    {
        if (managed.States.All(state => state.Flows.IsEmpty))
        {
            yield break; // Nothing else is there, and nobody would take it for something else.
        }
        int compared = 0;
        foreach (var (i, flow) in flows.Index())
        {
            if (managed.Has(flow.Name))
            {
                continue;
            }
            string what = $"flow {flow.Name} to pool {flow.Target} was set by somebody else";
            if (compared++ >= MostCompared || Behind(flow, i, flows, managed) is not { } behind)
            {
                yield return Finding.Ok(Area, what);
                continue;
            }
            // Which packets have the bytes that it wants nobody knows here.
            string takes = flow.Matches.IsEmpty ? "takes" : "may take";
            what += $", and {takes} packets of flow {behind.Name}, which is asked behind it";
            yield return poolOf(flow.Target).Targets.Any() || !flow.Matches.IsEmpty
                ? Finding.Ok(Area, what)
                : Finding.Bad(
                    Area, $"{what}; its pool has no targets: they are dropped",
                    $"nfqlb flow-delete --name={flow.Name}");
        }
    }

    /// <summary>The first flow that is asked for by a file and gets what another one leaves.</summary>
    private static Flow? Behind(Flow flow, int place, IReadOnlyList<Flow> flows, Managed managed)
    {
        for (int i = 0; i < flows.Count; i++)
        {
            var other = flows[i];
            bool isBehind = other.Priority < flow.Priority || (other.Priority == flow.Priority && i > place);
            if (isBehind && other.Target != flow.Target && managed.Has(other.Name) && flow.Overlaps(other))
            {
                return other;
            }
        }
        return null;
    }
}
