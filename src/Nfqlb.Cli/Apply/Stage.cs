namespace Nfqlb.Cli.Apply;

/// <summary>When a step is carried out. In this order nothing is lost: ways are there before packets are sent along
/// them, and go when no packet takes them any more.</summary>
internal enum Stage
{
    /// <summary>Routes to new targets.</summary>
    AddRoutes,

    /// <summary>Rules that lead to them.</summary>
    AddRules,

    /// <summary>Tables of the pools: new targets come, old ones go, in one publication a pool.</summary>
    Pools,

    /// <summary>New and changed flows.</summary>
    SetFlows,

    /// <summary>Virtual addresses, in one transaction.</summary>
    Vips,

    /// <summary>Flows that nothing is queued for any more.</summary>
    DeleteFlows,

    /// <summary>Rules that no mark needs.</summary>
    DeleteRules,

    /// <summary>Routes that no rule leads to.</summary>
    DeleteRoutes,

    /// <summary>Pools that no flow leads to.</summary>
    DeletePools,
}
