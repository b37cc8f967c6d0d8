using Nfqlb.Control;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Settings;

/// <summary>What is around a balancer whose flows clients set.</summary>
public sealed record ServiceSettings
{
    /// <summary>Where it listens for requests.</summary>
    public required ControlAddress Control { get; init; }

    /// <summary>Whose balancer may hand over to this one.</summary>
    public required ControlTrust Trust { get; init; }

    /// <summary>The directory in which flows are kept; null for none.</summary>
    public string? Journal { get; init; }

    /// <summary>It goes on with what a balancer has that runs already.</summary>
    public bool Handover { get; init; }

    /// <summary>What it keeps this host like; null where that is left to commands.</summary>
    public FollowSettings? Follow { get; init; }

    /// <summary>The name that what commands and files ask for is kept under, which knows names of targets; null for
    /// none.</summary>
    public PoolName? Store { get; init; }

    /// <summary>How many flows have a series of their own among the metrics.</summary>
    public int MetricFlows { get; init; } = DefaultMetricFlows;

    /// <summary>Where nothing else is said.</summary>
    public const int DefaultMetricFlows = 1_000;

    /// <summary>Where it can be watched over HTTP; null for nowhere.</summary>
    public HttpAddress? Http { get; init; }
}
