using Nfqlb.Flows;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Host;

/// <summary>The flows of the running balancer: asked over its socket, or in its own process.</summary>
public interface IFlowControl
{
    /// <summary>Where it is asked, for messages.</summary>
    string Address { get; }

    /// <summary>All flows but helpers, in their order; null when no balancer answers.</summary>
    IReadOnlyList<Flow>? Read();

    /// <summary>Carries a change out.</summary>
    /// <exception cref="FlowException">The balancer refused it.</exception>
    void Carry(FlowChange change);
}
