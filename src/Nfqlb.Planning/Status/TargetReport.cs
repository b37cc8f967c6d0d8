using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Status;

/// <summary>A target as it is asked for, and what there is of it.</summary>
/// <param name="Pool">The pool that it is asked for in.</param>
/// <param name="Target">As it is asked for.</param>
/// <param name="Slot">What stands in its slot.</param>
/// <param name="Ipv4">Its way in IPv4; null when it is asked for without.</param>
/// <param name="Ipv6">Its way in IPv6; null when it is asked for without.</param>
/// <param name="Share">Its part of the pool's table, 0 to 1.</param>
/// <param name="Packets">Packets it was given; null when no balancer answers.</param>
public sealed record TargetReport(
    DesiredPool Pool, DesiredTarget Target, SlotState Slot, WayReport? Ipv4, WayReport? Ipv6, double Share,
    long? Packets)
{
    /// <summary>What stands in its slot; null when it is not there.</summary>
    public SlotTarget? InSlot { get; init; }

    /// <summary>One number for the pool's table; null when there is none.</summary>
    public uint? CheckSum { get; init; }

    /// <summary>Tables published in the pool's memory so far; null when there is none.</summary>
    public ulong? Generation { get; init; }

    /// <summary>How many seconds connections of its pool still stay where they are; null where none does longer than
    /// the table says.</summary>
    public double? DrainSeconds { get; init; }

    /// <summary>What its checks have found; null where nobody checks it.</summary>
    public TargetVerdict? Verdict { get; init; }

    /// <summary>All is as it is asked for.</summary>
    public bool IsFine => Slot == SlotState.Active && Ipv4 is not { IsFine: false } && Ipv6 is not { IsFine: false }
        && Verdict is not { Health: TargetHealth.Bad };
}
