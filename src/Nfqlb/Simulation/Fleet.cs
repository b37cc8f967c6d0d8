namespace Nfqlb.Simulation;

/// <summary>Balancers of one virtual IP, behind a router that spreads connections evenly (ECMP).</summary>
/// <param name="Balancers">K, at least 1.</param>
/// <param name="Lagging">How many of them hear of each event later than the others, below K.</param>
public readonly record struct Fleet(int Balancers, int Lagging)
{
    /// <summary>The part of the connections that comes by a balancer that lags, 0 to 1.</summary>
    public double LaggingShare => (double)Lagging / Balancers;

    /// <summary>The chance that a connection which the router gives to any balancer anew goes from one that
    /// knows of the event to one that does not, or the other way.</summary>
    public double CrossingShare => 2 * LaggingShare * (1 - LaggingShare);

    /// <summary>The chance that a connection which the router gives to any balancer anew comes by another one than
    /// before.</summary>
    public double OtherShare => 1 - 1.0 / Balancers;
}
