using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Explain;

/// <summary>A mark in a pool, and whose it is.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Mark">The mark.</param>
/// <param name="Target">The target that is asked for with this mark; null where others look after it.</param>
/// <param name="HasOthers">The pool has more targets.</param>
/// <param name="Mask">The bits of marks that the balancer writes.</param>
public sealed record MarkedTarget(
    PoolName Pool, FirewallMark Mark, DesiredTarget? Target, bool HasOthers, MarkMask Mask)
{
    /// <summary>What mends it that packets of this mark do not arrive; null for nothing that is known here.</summary>
    public string? Remedy => Target is not null ? Objects.Remedy.ApplyAgain
        : HasOthers ? Objects.Remedy.TakeOut(Pool.Text, Mark)
        : null;
}
