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

    /// <summary>Carries several out, in their order.</summary>
    /// <exception cref="FlowException">The balancer refused one; those before it may have been carried out, and those
    /// behind it were not.</exception>
    void Carry(IReadOnlyList<FlowChange> changes)
    {
        foreach (var change in changes)
        {
            Carry(change);
        }
    }
}
