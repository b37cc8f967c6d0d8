using Nfqlb.ControlPlane.Host;
using Nfqlb.Flows;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Tests.Model;

/// <summary>Flows as a balancer keeps them: by falling priority, equal ones in their order.</summary>
/// <param name="fault">What is refused.</param>
internal sealed class ModelFlows(Fault fault) : IFlowControl
{
    private List<Flow> _flows = [];

    public bool IsThere { get; set; } = true;

    public string Address => "model";

    public IReadOnlyList<Flow>? Read() => IsThere ? _flows : null;

    /// <summary>Somebody sets a flow by hand.</summary>
    public void Set(Flow flow)
    {
        int at = _flows.FindIndex(other => other.Name == flow.Name);
        List<Flow> flows = [.. _flows];
        if (at < 0)
        {
            flows.Add(flow);
        }
        else
        {
            flows[at] = flow;
        }
        Sort(flows);
    }

    /// <summary>Somebody deletes one by hand.</summary>
    public void Delete(FlowName name) => _flows = [.. _flows.Where(flow => flow.Name != name)];

    public void Carry(FlowChange change)
    {
        fault.ThrowOnNext();
        if (change is { IsMove: false, IsReplacement: false, After: { } stays })
        {
            Set(stays.Flow);
            return;
        }
        List<Flow> flows = [.. _flows.Where(flow => flow.Name != change.Name)];
        if (change.After is { } after)
        {
            int at = flows.FindIndex(flow => flow.Name == after.Next && flow.Priority == after.Flow.Priority);
            flows.Insert(at < 0 ? flows.Count : at, after.Flow);
        }
        Sort(flows);
    }

    private void Sort(List<Flow> flows) => _flows = [.. flows.OrderByDescending(flow => flow.Priority)];
}
