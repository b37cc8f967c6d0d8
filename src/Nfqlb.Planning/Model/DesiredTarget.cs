using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Planning.Model;

/// <summary>A target as it is asked for: a slot of a pool, a mark, and the way there.</summary>
public sealed record DesiredTarget
{
    /// <summary>Marks and tables are the same number, unless asked otherwise.</summary>
    private readonly uint? _table;

    /// <summary>Unique in its pool; null for one that is known by its slot alone, as none of a keyed pool
    /// is.</summary>
    public string? Name { get; init; }

    /// <summary>0 to N - 1.</summary>
    public required int Slot { get; init; }

    /// <summary>Carried by its packets. Not 0, which packets without a mark have.</summary>
    public required FirewallMark Mark { get; init; }

    /// <summary>Its share of the pool's table, relative to those of the others; 0 for none.</summary>
    public ushort Weight { get; init; } = SlotTarget.DefaultWeight;

    /// <summary>Whether it takes connections.</summary>
    public TargetState State { get; init; }

    /// <summary>0 is best; others stand by.</summary>
    public ushort Priority { get; init; }

    /// <summary>What of its checks is not as the pool says; null for nothing.</summary>
    public DesiredCheck? Check { get; init; }

    /// <summary>The service in which it was found; null for one that somebody has named. No document says so.</summary>
    public string? FoundIn { get; init; }

    /// <summary>The next hop for IPv4; null for none.</summary>
    public Address? Via4 { get; init; }

    /// <summary>The next hop for IPv6; null for none.</summary>
    public Address? Via6 { get; init; }

    /// <summary>The link to leave by; null for the one by which the next hop is reached.</summary>
    public string? Device { get; init; }

    /// <summary>False where its rules and routes are somebody else's, and only its slot is ours.</summary>
    public bool HasWay => Via4 is not null || Via6 is not null;

    /// <summary>The routing table that leads to it.</summary>
    public uint Table
    {
        get => _table ?? (uint)Mark.Value;
        init => _table = value;
    }

    /// <summary>The same way: marks in two pools may be one, if they lead to one target.</summary>
    public bool LeadsTo(DesiredTarget other) => Mark == other.Mark && HasWayOf(other);

    /// <summary>The same table with the same next hops, perhaps for another mark.</summary>
    public bool HasWayOf(DesiredTarget other) =>
        (Via4, Via6, Device, Table) == (other.Via4, other.Via6, other.Device, other.Table);

    /// <summary>What its slot shall hold.</summary>
    /// <param name="isKeyed">The pool knows targets by name.</param>
    public SlotTarget InSlot(bool isKeyed) => new(Mark)
    {
        Weight = Weight,
        State = State,
        Priority = Priority,
        Name = isKeyed && Name is not null ? new TargetName(Name) : null,
    };

    /// <summary>The same is asked of both, in the same slot; the way is another matter.</summary>
    public bool IsInSlotAs(DesiredTarget other) =>
        Slot == other.Slot && Name == other.Name && InSlot(isKeyed: false) == other.InSlot(isKeyed: false);

    /// <summary>By name, or by slot.</summary>
    public override string ToString() => Name ?? $"slot {Slot}";
}
