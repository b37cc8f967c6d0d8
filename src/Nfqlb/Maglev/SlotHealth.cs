namespace Nfqlb.Maglev;

/// <summary>What a pool is to be told about the health of a target.</summary>
/// <param name="Slot">0 to N - 1.</param>
/// <param name="Mark">The target's: whoever has put another one there meanwhile means another target.</param>
/// <param name="Health">What it is told.</param>
public readonly record struct SlotHealth(int Slot, FirewallMark Mark, TargetHealth Health)
{
    /// <summary>It is bad, and its connections stay with it all the same.</summary>
    public bool KeepsWhileBad { get; init; }

    /// <summary>How much of its weight it has.</summary>
    public Ramp Ramp { get; init; }
}
