using Nfqlb.Maglev;

namespace Nfqlb.Simulation;

/// <summary>The pool behind some events, and what they did on the way; no change before the first.</summary>
/// <param name="Events">What happened at once; none at the start.</param>
/// <param name="Table">The pool and its table then.</param>
/// <param name="Change">Against the table before; null at the start.</param>
/// <param name="Fleet">The balancers that heard of it.</param>
public sealed record SimulatedStep(
    IReadOnlyList<PoolEvent> Events, SimulatedTable Table, TableChange? Change, Fleet Fleet)
{
    /// <summary>Connections that break at once, by the balancers that know.</summary>
    public double BrokenAtOnce => (Change?.Broken ?? 0) * (1 - Fleet.LaggingShare);

    /// <summary>Those that break when the balancers that lag have followed.</summary>
    public double BrokenLater => (Change?.Broken ?? 0) * Fleet.LaggingShare;

    /// <summary>Those that would break if the router gave every connection to any balancer of the fleet while some lag,
    /// as it does when a balancer comes or goes.</summary>
    public double BrokenByReshuffle => (Change?.Broken ?? 0) * Fleet.CrossingShare + BrokenByReshuffleOfDrain;

    /// <summary>The same where balancers drain. Those that were opened before keep their targets wherever they come by;
    /// where these are down, they were opened again by balancers that know, and those that lag do not.</summary>
    public double BrokenByReshuffleOfDrain => (Change?.Lost ?? 0) * Fleet.CrossingShare / 2;

    /// <summary>Of as many connections that were opened since: a balancer that drains remembers where, and no other one
    /// does.</summary>
    public double NewBrokenByReshuffleOfDrain =>
        (Change?.Broken ?? 0) * (1 - Fleet.LaggingShare) * Fleet.OtherShare + BrokenByReshuffleOfDrain;

    /// <summary>Carries events out, one step after the other.</summary>
    /// <param name="start">The pool before them.</param>
    /// <param name="steps">What happens at once, in order; all targets are in the pool.</param>
    /// <param name="connections">Those that are open all the time: one that breaks is opened again.</param>
    /// <param name="fleet">The balancers.</param>
    public static IEnumerable<SimulatedStep> Run(
        PoolContent start, IEnumerable<IReadOnlyList<PoolEvent>> steps, Connections connections, Fleet fleet)
    {
        var table = new SimulatedTable(start);
        yield return new SimulatedStep([], table, null, fleet);
        foreach (var events in steps)
        {
            var pool = events.Aggregate(table.Pool, (pool, one) => one.HappenTo(pool) ?? pool);
            var next = new SimulatedTable(pool, table);
            yield return new SimulatedStep(events, next, TableChange.Between(table, next, connections), fleet);
            table = next;
        }
    }
}
