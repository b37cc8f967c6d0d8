using Nfqlb.Packets;

namespace Nfqlb.Drain;

/// <summary>A pool's table as its packets are balanced by it: with the entries that drain. Immutable.</summary>
/// <remarks>A connection whose opening was seen never leaves a target that is there and not down while its entry
/// drains.</remarks>
/// <param name="Table">The table.</param>
/// <param name="Moved">Its moved entries; null for none.</param>
public sealed record DrainingTable(TableCopy Table, MovedEntries? Moved = null)
{
    /// <summary>An opening that comes again so soon is a repetition, and not a new connection with the same ports. A
    /// SYN is repeated after one second and after three (RFC 6298 §2).</summary>
    public const long RepetitionNanoseconds = 3_500_000_000;

    /// <summary>The table that follows.</summary>
    /// <param name="next">As large.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <param name="lasts">How long an entry drains after a change, in nanoseconds.</param>
    public DrainingTable Follow(TableCopy next, long now, long lasts) =>
        new(next, MovedEntries.Between(Table, Moved, next, now, lasts));

    /// <summary>The same with those entries that still drain.</summary>
    public DrainingTable Rest(long now)
    {
        var rest = Moved?.Rest(now);
        return rest == Moved ? this : this with { Moved = rest };
    }

    /// <summary>Whether a packet of an entry takes more than a look at the table.</summary>
    public bool HasMoved(int entry) => Moved is { } some && some.Contains(entry);

    /// <summary>Where a packet of an moved entry goes.</summary>
    /// <param name="entry">Of the table.</param>
    /// <param name="connection">That the packet belongs to.</param>
    /// <param name="stage">What it says of that.</param>
    /// <param name="connections">What is remembered; learns of openings.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <returns>The target's slot; <see cref="TableCopy.Nobody"/> for none.</returns>
    public ushort Choose(
        int entry, in ConnectionKey connection, ConnectionStage stage, ConnectionTable connections, long now)
    {
        ushort owner = Table.Entries[entry];
        if (Moved is not { } entries || entries.UntilOf(entry) <= now)
        {
            return owner;
        }
        long since = entries.SinceOf(entry);
        bool isOpening = stage == ConnectionStage.Opens;
        if (connections.TryFind(connection, stage, out var kept)
            && kept.Since >= since
            && Table.CanKeep(kept.Slot, kept.Mark)
            && (!isOpening || now - kept.Since < RepetitionNanoseconds))
        {
            return kept.Slot;
        }
        var (old, oldMark) = (entries.OldOf(entry), entries.OldMarkOf(entry));
        if (!isOpening)
        {
            bool moves = connections.Options.MovesUdp && connection.Packet.Protocol == IpProtocol.Udp;
            return !moves && Table.CanKeep(old, oldMark) ? old : owner;
        }
        if (owner == old && Table.MarkOf(owner) == oldMark)
        {
            connections.Forget(connection);
        }
        else if (owner != TableCopy.Nobody)
        {
            // Another worker may have seen the change a little later than this one began its batch.
            connections.Remember(connection, new KeptTarget(owner, Table.MarkOf(owner), Math.Max(now, since)));
        }
        return owner;
    }
}
