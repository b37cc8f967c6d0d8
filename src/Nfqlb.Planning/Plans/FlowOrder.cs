using Nfqlb.Flows;

namespace Nfqlb.Planning.Plans;

/// <summary>The flows of each priority in their order, as they stand while changes go on.</summary>
internal sealed class FlowOrder
{
    private readonly Dictionary<int, LinkedList<FlowName>> _byPriority = [];
    private readonly Dictionary<FlowName, LinkedListNode<FlowName>> _nodes = [];

    /// <summary>As the balancer lists them.</summary>
    public FlowOrder(IEnumerable<Flow> flows)
    {
        foreach (var flow in flows)
        {
            Place(flow, next: null);
        }
    }

    /// <summary>The flow behind one; null when it is the last of its priority.</summary>
    public FlowName? NextOf(FlowName name) => _nodes[name].Next?.Value;

    /// <summary>Puts a flow before another, or behind all of its priority.</summary>
    public void Place(Flow flow, FlowName? next)
    {
        Remove(flow.Name);
        if (!_byPriority.TryGetValue(flow.Priority, out var group))
        {
            _byPriority[flow.Priority] = group = [];
        }
        _nodes[flow.Name] = next is { } behind && _nodes.TryGetValue(behind, out var node) && node.List == group
            ? group.AddBefore(node, flow.Name)
            : group.AddLast(flow.Name);
    }

    /// <summary>Takes a flow out; one that is not there is fine.</summary>
    public void Remove(FlowName name)
    {
        if (_nodes.Remove(name, out var node))
        {
            node.List!.Remove(node);
        }
    }
}
