namespace Nfqlb.Planning.Plans;

/// <summary>How much of the desired state a command brings about.</summary>
[Flags]
public enum Scope
{
    /// <summary>Rules, routes and slots of targets; what others put into pools stays.</summary>
    Targets = 1,

    /// <summary>The table of virtual addresses, and where their packets leave.</summary>
    Vips = 2,

    /// <summary>Flows, and pools with nothing in them but what is wanted.</summary>
    FlowsAndPools = 4,

    /// <summary>What links shall do.</summary>
    Features = 8,

    /// <summary>All for which no balancer has to answer.</summary>
    WithoutBalancer = Targets | Vips | Features,

    /// <summary>All of it.</summary>
    Everything = WithoutBalancer | FlowsAndPools,
}
