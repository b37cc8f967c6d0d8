using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Planning.Explain;

/// <summary>Finds the flow of a packet, by the very index that the balancer has.</summary>
public static class FlowChoice
{
    /// <summary>Finds it.</summary>
    /// <param name="flows">In their order, without helpers, which come by themselves.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="bytes">The bytes that gave it.</param>
    /// <param name="isPromiscuousPing">Echo requests are accepted by any flow with their addresses.</param>
    public static FlowStation Find(
        IReadOnlyList<Flow> flows, in Packet packet, ReadOnlySpan<byte> bytes, bool isPromiscuousPing)
    {
        var table = TableOf(flows);
        Flow? chosen = null;
        bool isHelper = false;
        if (table.Current.TryFind(packet, bytes, isPromiscuousPing, out var match))
        {
            isHelper = match.Pool is null;
            chosen = isHelper ? OwnerOf(match.Entry.Flow, flows) : match.Entry.Flow;
        }
        var near = new List<NearFlow>();
        foreach (var flow in flows)
        {
            var failed = flow.FailedBy(packet, bytes);
            if (flow.Name != chosen?.Name && (failed & (failed - 1)) == 0)
            {
                near.Add(new NearFlow(flow, failed));
            }
        }
        return new FlowStation(chosen, isHelper, near);
    }

    /// <summary>Which pool is behind a name does not matter here.</summary>
    private static FlowTable TableOf(IReadOnlyList<Flow> flows)
    {
        var size = new PoolSize(3, 1);
        var nobody = PoolSegment.Format(new byte[PoolSegment.BytesFor(size)], size, ownMark: 0);
        var table = new FlowTable(workers: 1);
        foreach (var flow in flows)
        {
            table.Set(flow, new TargetPool(flow.Target, nobody, workers: 1));
        }
        return table;
    }

    private static Flow? OwnerOf(Flow helper, IReadOnlyList<Flow> flows)
    {
        foreach (var flow in flows)
        {
            if (flow.Name.Helper == helper.Name)
            {
                return flow;
            }
        }
        return null;
    }
}
