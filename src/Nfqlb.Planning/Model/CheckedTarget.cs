using System.Collections.Immutable;
using Nfqlb.Checks;
using Nfqlb.Maglev;

namespace Nfqlb.Planning.Model;

/// <summary>How a target is checked.</summary>
/// <param name="Pool">Its pool.</param>
/// <param name="Target">The target.</param>
/// <param name="Rules">How often, and how many.</param>
/// <param name="Probes">What each check does: one, or one of each family, of which the worse counts.</param>
public sealed record CheckedTarget(
    PoolName Pool, DesiredTarget Target, CheckRules Rules, ImmutableArray<TargetProbe> Probes)
{
    /// <summary>Its connections stay with it while it is bad.</summary>
    public bool KeepsWhileBad { get; init; }
}
