using Nfqlb.Drain;
using Nfqlb.Packets;

namespace Nfqlb.Maglev;

/// <summary>Connections that stay where they are while the pool's tables change.</summary>
public sealed partial class TargetPool
{
    /// <summary>No segment is of this generation.</summary>
    private const ulong Never = ulong.MaxValue;

    /// <summary>Finds the target of a packet for which a look at the table was not enough.</summary>
    /// <param name="mode">What of SCTP is hashed.</param>
    /// <param name="rule">What of the packet is hashed.</param>
    /// <param name="packet">A whole one, or a first fragment.</param>
    /// <param name="bytes">The bytes that gave it.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    public Target Settle(HashMode mode, HashRule rule, in Packet packet, ReadOnlySpan<byte> bytes, long now)
    {
        var use = _use;
        if (_connections is not { } connections || use.Draining is not { } draining)
        {
            TryFind(mode, rule, packet.Key, out var found);
            return found;
        }
        if (draining.Table.Generation != use.Segment.Generation)
        {
            draining = use.Follow(now, connections.Options.Nanoseconds);
        }
        int entry = (int)(use.Segment.HashOf(mode, rule, packet.Key) % (uint)draining.Table.Size);
        ushort owner = draining.Table.Entries[entry];
        if (!draining.HasMoved(entry))
        {
            return use.TargetOf(draining, owner);
        }
        var connection = ConnectionKey.Of(_number, mode, rule, packet.Key);
        ushort slot = draining.Choose(entry, connection, ConnectionStages.Of(packet, bytes), connections, now);
        return use.TargetOf(draining, slot) with { IsKept = slot != owner };
    }

    /// <summary>The segment in use, and the table by which its packets are balanced from now on, with its moved
    /// entries; null where that is the segment's alone.</summary>
    public (PoolSegment Segment, DrainingTable? Draining) Follow()
    {
        var use = _use;
        return (use.Segment, _connections is { Options: var options } && use.Draining is not null
            ? use.Follow(options.Clock(), options.Nanoseconds)
            : null);
    }

    /// <summary>What the next balancer has to know; null where no connection stays for longer than the table says.
    /// </summary>
    public DrainingPool? Draining =>
        Follow().Draining is { Moved: not null } table ? new DrainingPool(Name.Text, _number, table) : null;

    /// <summary>Goes on with what another balancer knew of this pool; where it did not drain, with the table as it is.
    /// Only while no worker runs.</summary>
    public void Carry(CarriedDrains drains)
    {
        var use = _use;
        if (_connections is not { } connections)
        {
            return;
        }
        if (drains.Find(Name.Text, use.Segment.Size.Entries) is not { } table)
        {
            use.Carry(new DrainingTable(use.Segment.CopyTable()));
            return;
        }
        use.Carry(table);
        drains.GiveConnections(Name.Text, _number, connections);
    }

    /// <summary>The slot of a target that keeps connections although the table may not name it; null for none.
    /// </summary>
    /// <param name="mark">The target's.</param>
    public int? KeptSlotOf(FirewallMark mark)
    {
        int slot = _use.Draining is { Moved: not null } draining ? draining.Table.Marks.IndexOf(mark.Value) : -1;
        return slot < 0 ? null : slot;
    }

    /// <summary>Another segment of the same shape is but another place for the next table. In one of another shape all
    /// connections move.</summary>
    private Use NewUse(PoolSegment segment, Use? before)
    {
        if (_connections is null)
        {
            return new Use(segment, _workers, null);
        }
        bool isSame = before is { Draining: not null }
            && before.Segment.Size.Entries == segment.Size.Entries && before.Segment.Shape.Seed == segment.Shape.Seed;
        return new Use(segment, _workers, isSame
            ? before!.Draining! with { Table = before.Draining.Table.At(Never) }
            : new DrainingTable(segment.CopyTable()));
    }
}
