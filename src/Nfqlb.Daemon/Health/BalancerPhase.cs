namespace Nfqlb.Daemon.Health;

/// <summary>How far a balancer is in its life.</summary>
internal enum BalancerPhase
{
    /// <summary>Not all of it is there yet.</summary>
    Starting,

    /// <summary>It balances packets and answers commands.</summary>
    Running,

    /// <summary>Another process takes over, or fails to.</summary>
    HandingOver,

    /// <summary>It was told to end, or something has failed.</summary>
    Stopping,
}
