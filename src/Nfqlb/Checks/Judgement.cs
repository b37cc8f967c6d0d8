using Nfqlb.Maglev;

namespace Nfqlb.Checks;

/// <summary>What the checks of a target so far say about it.</summary>
/// <param name="Health">The verdict.</param>
public readonly record struct Judgement(TargetHealth Health)
{
    /// <summary>Checks in a row that speak against the verdict.</summary>
    public int Against { get; init; }

    /// <summary>How often it fell of late: each time more makes it wait longer before it comes back.</summary>
    public int Falls { get; init; }

    /// <summary>When the verdict became what it is.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>Good, and not forgiven a fall, since then.</summary>
    public TimeSpan QuietSince { get; init; }

    /// <summary>It does not come back before.</summary>
    public TimeSpan HeldUntil { get; init; }
}
