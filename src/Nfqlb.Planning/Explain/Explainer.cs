using Nfqlb.Filters;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Explain;

/// <summary>Follows a packet that nobody sends, by the parts that decide about real ones.</summary>
/// <param name="host">As it was at one look.</param>
/// <param name="ask">What the kernel says to a question that follows from what was found.</param>
public sealed class Explainer(HostSnapshot host, Func<RouteQuery, RouteAnswer> ask)
{
    /// <summary>Whether an entry of a pool drains, by the balancer that runs.</summary>
    public Func<PoolName, int, DrainingEntry?> AskDrain { get; init; } = static (_, _) => null;

    /// <summary>What the kernel would make of a packet at a link, by the balancer that runs.</summary>
    public Func<Probe, string, KernelJudgement?> AskKernel { get; init; } = static (_, _) => null;

    private readonly Way _way = new(host, ask);
    private readonly List<Station> _stations = [];

    /// <summary>Follows a packet as far as it goes.</summary>
    /// <param name="probe">The packet.</param>
    /// <param name="settings">Changes how the balancer was started, as far as that decides.</param>
    /// <param name="incoming">The link it comes by; null for the one by which the way back goes.</param>
    /// <param name="carriedMark">The mark it comes with.</param>
    public Explanation Explain(
        Probe probe, Func<BalancerState, BalancerState> settings, Link? incoming, uint carriedMark)
    {
        _stations.Clear();
        var from = incoming ?? _way.LinkBack(probe.Source.Address);
        var packet = probe.Filtered with { IncomingLink = from?.Name, Mark = carriedMark };
        if (Add(_way.ToBalancer(packet)) && FindBalancer() is { } found)
        {
            var balancer = settings(found);
            if (FindPool(probe, balancer) is { Found.Mark: { } mark } pool)
            {
                Add(PathStation.Of(
                    probe, from, carriedMark, balancer, _stations.OfType<FlowStation>().First(), pool, AskKernel));
                var marked = new MarkedTarget(
                    pool.Pool, mark, pool.Target, host.PoolOf(pool.Pool).Targets.Skip(1).Any(), balancer.MarkMask);
                uint merged = balancer.MarkMask.Merge(carriedMark, mark);
                var queue = _stations.OfType<VipStation>().First();
                bool arrives = Add(_way.ToTarget(packet with { Mark = merged }, from, queue, marked));
                AddAnswer(packet, arrives);
            }
        }
        return new Explanation(probe, [.. _stations]);
    }

    /// <returns>True when the packet goes on.</returns>
    private bool Add(params IEnumerable<Station> stations)
    {
        foreach (var station in stations)
        {
            _stations.Add(station);
            if (station.End is not null)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>What keeps the answer stands before where the packet itself ends.</summary>
    private void AddAnswer(FilteredPacket packet, bool arrives)
    {
        if (_stations.OfType<NeighbourStation>().FirstOrDefault() is { End: null, Link: { } link }
            && _way.ObstacleOf(AnswerWay.To(packet), link) is { } obstacle)
        {
            _stations.Insert(_stations.Count - (arrives ? 0 : 1), obstacle);
        }
    }

    /// <summary>Where a part of the host could not be read, the way ends.</summary>
    private bool IsKnown<T>(string station, Reading<T> part) =>
        part.Reason is not { } reason || Add(new UnknownStation(station, reason));

    private BalancerState? FindBalancer()
    {
        if (IsKnown("flow", host.Balancer) && host.Balancer.Value is null)
        {
            string where = PlainText.Visible(host.BalancerAddress);
            Add(new UnknownStation("flow", $"no balancer answers at [{where}]"));
        }
        return host.Balancer.Or(null);
    }

    private PoolStation? FindPool(Probe probe, BalancerState balancer)
    {
        byte[] bytes = probe.ToBytes();
        Packet.TryParse(bytes, out var packet);
        var flow = FlowChoice.Find(balancer.Flows, packet, bytes, balancer.IsPromiscuousPing);
        if (!Add(flow) || !IsKnown("pool", host.Pools))
        {
            return null;
        }
        var state = host.PoolOf(flow.Chosen!.Target);
        if (state is { Table: null, IsNoPool: false } && balancer.MarksOf(state.Name) is { Count: > 0 } kept)
        {
            bool isAsked = host.Desired.Or(DesiredState.Empty).Pools.Any(other => other.Name == state.Name);
            Add(new UnknownStation("pool", $"[{state.Name}] {state.Trouble}: {PoolState.Kept(kept.Count)}")
            {
                Mend = Remedy.MakePool(state, isAsked, kept),
            });
            return null;
        }
        var pool = PoolStation.Of(
            state, balancer.HashMode, flow.Chosen.Hash, packet.Key, balancer.MarkMask,
            host.Desired.Or(DesiredState.Empty));
        pool = pool.Size is null ? pool : pool with
        {
            Drain = AskDrain(pool.Pool, pool.Found.Entry),
            Verdict = pool.Found.Slot is { } slot
                ? balancer.Verdicts.GetValueOrDefault(BalancerState.KeyOf(pool.Pool.Text, slot))
                : null,
        };
        return Add(pool) ? pool : null;
    }
}
