using Nfqlb.Flows;

namespace Nfqlb.ControlPlane.Host;

/// <summary>All that plans are made of and carried out on.</summary>
/// <param name="Kernel">Links, rules, routes, virtual addresses.</param>
/// <param name="Pools">Shared memory.</param>
/// <param name="Flows">The running balancer.</param>
/// <param name="Clock">Time.</param>
public sealed record Surroundings(IKernel Kernel, IPools Pools, IFlowControl Flows, IClock Clock)
{
    /// <summary>Is told the virtual addresses whose packets will be queued no more, and returns when that may be.
    /// </summary>
    public Action<IReadOnlyList<Cidr>> BeforeUnqueued { get; init; } = _ => { };

    /// <summary>Whether somebody gives targets that start slowly the rest of their weight, as `serve` does. Without him
    /// they have all of it at once.</summary>
    public Func<bool> HasSlowStart { get; init; } = () => false;
}
