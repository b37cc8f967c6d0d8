using Nfqlb.Flows;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Host;

/// <summary>Flows that are asked for before they are needed: the balancer writes its answer while other things are read
/// here.</summary>
/// <param name="flows">Who is asked, as soon as this is made.</param>
internal sealed class FlowsAhead(IFlowControl flows) : IFlowControl
{
    private readonly Task<IReadOnlyList<Flow>?> _read = Task.Run(flows.Read);

    /// <inheritdoc/>
    public string Address => flows.Address;

    /// <inheritdoc/>
    public IReadOnlyList<Flow>? Read() => _read.GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Carry(FlowChange change) => flows.Carry(change);
}
