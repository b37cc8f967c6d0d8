namespace Nfqlb.Simulation;

/// <summary>How long balancers drain, against how long connections last.</summary>
/// <remarks>Connections end by chance, whatever their age: how long they last is distributed exponentially, and as many
/// are opened as end.</remarks>
/// <param name="Seconds">How long an entry drains after a change, at least 1.</param>
/// <param name="MeanSeconds">How long connections last on average, at least 1.</param>
public readonly record struct SimulatedDrain(int Seconds, int MeanSeconds)
{
    /// <summary>Connections that are still open when the drain is over, and break then.</summary>
    public double BrokenOf(TableChange change) => change.Broken * Math.Exp(-(double)Seconds / MeanSeconds);

    /// <summary>Connections that are opened meanwhile at entries that drain, and are remembered, by all balancers
    /// together.</summary>
    public double RememberedOf(TableChange change) => change.Disagreeing * (double)Seconds / MeanSeconds;
}
