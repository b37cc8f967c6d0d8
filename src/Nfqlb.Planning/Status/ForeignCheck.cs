using Nfqlb.Flows;
using Nfqlb.Planning.Plans;

namespace Nfqlb.Planning.Status;

/// <summary>What of the balancer's flows is somebody else's? `apply` and `reset --all` leave it as it is.</summary>
public static class ForeignCheck
{
    private const string Area = "foreign";

    /// <param name="managed">What is asked for by documents and control commands.</param>
    /// <param name="flows">Those in force.</param>
    public static IEnumerable<Finding> Findings(Managed managed, IReadOnlyList<Flow> flows)
    {
        if (managed.States.All(state => state.Flows.IsEmpty))
        {
            yield break; // Nothing else is there, and nobody would take it for something else.
        }
        foreach (var flow in flows)
        {
            if (!managed.Has(flow.Name))
            {
                yield return Finding.Ok(Area, $"flow {flow.Name} to pool {flow.Target} was set by somebody else");
            }
        }
    }
}
