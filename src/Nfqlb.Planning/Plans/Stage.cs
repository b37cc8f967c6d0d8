namespace Nfqlb.Planning.Plans;

/// <summary>When a change is carried out. In this order nothing is lost: ways are there before packets are sent along
/// them, and go when no packet takes them any more.</summary>
public enum Stage
{
    /// <summary>What links do.</summary>
    Features,

    /// <summary>Routes to new targets.</summary>
    AddRoutes,

    /// <summary>Rules that lead to them.</summary>
    AddRules,

    /// <summary>Pools get their new targets, in one publication a pool.</summary>
    FillPools,

    /// <summary>New and changed flows.</summary>
    SetFlows,

    /// <summary>Virtual addresses, in one transaction.</summary>
    Vips,

    /// <summary>Flows that nothing is queued for any more.</summary>
    DeleteFlows,

    /// <summary>Targets leave pools, to which no flow that needs them leads any more.</summary>
    DrainPools,

    /// <summary>Rules that no mark needs.</summary>
    DeleteRules,

    /// <summary>Routes that no rule leads to.</summary>
    DeleteRoutes,

    /// <summary>Pools that no flow leads to.</summary>
    DeletePools,
}
