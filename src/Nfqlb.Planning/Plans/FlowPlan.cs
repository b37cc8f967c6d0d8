using Nfqlb.Flows;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Plans;

/// <summary>The flows of the balancer, and their order among those of equal priority.</summary>
/// <param name="flows">Those that are there, in their order.</param>
/// <param name="managed">What was asked for until now.</param>
/// <param name="draft">Gets the changes.</param>
internal sealed class FlowPlan(IReadOnlyList<Flow> flows, Managed managed, PlanDraft draft)
{
    private readonly FlowOrder _order = new(flows);
    private readonly Dictionary<FlowName, (Flow Flow, int At)> _there =
        flows.Index().ToDictionary(one => one.Item.Name, one => (one.Item, one.Index));

    /// <summary>Adds what is missing, what is too much, and what stands in another order than asked for.</summary>
    /// <param name="desired">What is asked for.</param>
    /// <param name="observed">What there is.</param>
    /// <param name="managed">What was asked for until now.</param>
    /// <param name="adopts">Flows of others that stand in the way become ours.</param>
    /// <param name="draft">Gets the changes.</param>
    public static void Compare(
        DesiredState desired, ObservedState observed, Managed managed, bool adopts, PlanDraft draft)
    {
        if (observed.Flows is { } flows)
        {
            if (AreSame(flows, desired.Flows))
            {
                return;
            }
            new FlowPlan(flows, managed, draft).Compare(desired, adopts);
        }
        else if (!desired.Flows.IsEmpty)
        {
            var queues = desired.Queues;
            draft.Refuse($"flows: no balancer answers at [{observed.Balancer}]: start one first, "
                + $"such as `nfqlb flowlb --queue={queues.First}:{queues.Last}`");
        }
    }

    /// <summary>The same ones in the same order, as a rule: then nothing else need be compared.</summary>
    private static bool AreSame(IReadOnlyList<Flow> flows, IReadOnlyList<Flow> desired)
    {
        bool areSame = flows.Count == desired.Count;
        for (int i = 0; areSame && i < flows.Count; i++)
        {
            areSame = flows[i].IsSameAs(desired[i]);
        }
        return areSame;
    }

    private void Compare(DesiredState desired, bool adopts)
    {
        foreach (var group in desired.Flows.GroupBy(flow => flow.Priority))
        {
            Compare([.. group], adopts);
        }
        var names = desired.Flows.Select(flow => flow.Name).ToHashSet();
        foreach (var flow in flows)
        {
            if (managed.Has(flow.Name) && !names.Contains(flow.Name))
            {
                draft.Add(new FlowChange(flow.Name, new PlacedFlow(flow, _order.NextOf(flow.Name)), null));
                _order.Remove(flow.Name);
            }
        }
    }

    /// <remarks>Each change knows the place that its flow has at its turn, so that the inverses, the last first, lead
    /// back the same way.</remarks>
    private void Compare(Flow[] group, bool adopts)
    {
        bool[] stays = Stays(group);
        FlowName? next = null;
        var nexts = new FlowName?[group.Length];
        for (int i = group.Length - 1; i >= 0; i--)
        {
            nexts[i] = next;
            next = stays[i] ? group[i].Name : next;
        }
        foreach (var (i, flow) in group.Index())
        {
            var before = _there.TryGetValue(flow.Name, out var found)
                ? new PlacedFlow(found.Flow, _order.NextOf(flow.Name))
                : null;
            bool isSame = before?.Flow.IsSameAs(flow) == true;
            var change = new FlowChange(flow.Name, before, new PlacedFlow(flow, stays[i] ? before!.Next : nexts[i]));
            if (isSame && !change.IsMove)
            {
                continue;
            }
            if (before is not null && !isSame && !managed.Has(flow.Name) && !adopts)
            {
                draft.Refuse($"flow [{flow.Name}] is somebody else's, and another one than asked for: "
                    + "`apply --adopt` takes it over");
                continue;
            }
            draft.Add(change);
            if (!stays[i])
            {
                _order.Place(flow, nexts[i]);
            }
        }
    }

    /// <summary>The most flows that can stay where they are: their order is the one that is asked for.</summary>
    /// <remarks>The longest rising sequence of places.</remarks>
    private bool[] Stays(Flow[] group)
    {
        int[] places = [.. group.Select(flow => _there.TryGetValue(flow.Name, out var found)
            && found.Flow.Priority == flow.Priority ? found.At : -1)];
        var ends = new List<int>();
        var previous = new int[group.Length];
        for (int i = 0; i < group.Length; i++)
        {
            if (places[i] < 0)
            {
                continue;
            }
            int low = 0, high = ends.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                (low, high) = places[ends[middle]] < places[i] ? (middle + 1, high) : (low, middle);
            }
            previous[i] = low == 0 ? -1 : ends[low - 1];
            if (low == ends.Count)
            {
                ends.Add(i);
            }
            else
            {
                ends[low] = i;
            }
        }
        var stays = new bool[group.Length];
        for (int i = ends.Count == 0 ? -1 : ends[^1]; i >= 0; i = previous[i])
        {
            stays[i] = true;
        }
        return stays;
    }
}
