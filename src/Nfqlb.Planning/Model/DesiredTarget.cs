using Nfqlb.Packets;

namespace Nfqlb.Planning.Model;

/// <summary>A target as it is asked for: a slot of a pool, a mark, and the way there.</summary>
public sealed record DesiredTarget
{
    /// <summary>Marks and tables are the same number, unless asked otherwise.</summary>
    private readonly uint? _table;

    /// <summary>Unique in its pool; null for one that is known by its slot alone.</summary>
    public string? Name { get; init; }

    /// <summary>0 to N - 1.</summary>
    public required int Slot { get; init; }

    /// <summary>Carried by its packets. Not 0, which packets without a mark have.</summary>
    public required FirewallMark Mark { get; init; }

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

    /// <summary>By name, or by slot.</summary>
    public override string ToString() => Name ?? $"slot {Slot}";
}
