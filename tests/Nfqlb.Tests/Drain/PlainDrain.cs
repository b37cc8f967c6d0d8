using Nfqlb.Drain;
using Nfqlb.Packets;

namespace Nfqlb.Tests.Drain;

/// <summary>Where packets go while tables change, reckoned anew for each from all that has ever happened: every table,
/// every opening. Slow, and never short of room.</summary>
internal sealed class PlainDrain(long lasts, bool movesUdp)
{
    private readonly List<(long At, TableCopy Table)> _tables = [];
    private readonly List<(ConnectionKey Connection, KeptTarget? Target)> _openings = [];

    public TableCopy Table => _tables[^1].Table;

    public void Change(long at, TableCopy table) => _tables.Add((at, table));

    /// <summary>Since when an entry drains, null where it does not; and the slot of what nobody remembers.</summary>
    public (long? Since, ushort Old) StateOf(int entry, long now)
    {
        long? since = null;
        long until = 0;
        ushort old = _tables[0].Table.Entries[entry];
        for (int i = 1; i < _tables.Count; i++)
        {
            var (at, table) = _tables[i];
            var before = _tables[i - 1].Table;
            ushort was = before.Entries[entry], comes = table.Entries[entry];
            if (since is not null && until <= at)
            {
                since = null;
            }
            if (since is null)
            {
                old = was;
            }
            bool isThere = old != TableCopy.Nobody && table.Marks[old] == before.Marks[old] && table.Keeps[old];
            bool hasMoved = was != comes || (was != TableCopy.Nobody && before.Marks[was] != table.Marks[comes]);
            if (!isThere)
            {
                old = comes;
            }
            if (hasMoved && (since is not null || isThere))
            {
                since ??= at;
                until = at + lasts;
            }
        }
        return since is not null && until > now ? (since, old) : (null, Table.Entries[entry]);
    }

    /// <summary>Where a packet goes; an opening is remembered.</summary>
    public ushort Choose(int entry, in ConnectionKey connection, ConnectionStage stage, long now)
    {
        var (since, old) = StateOf(entry, now);
        ushort owner = Table.Entries[entry];
        if (since is null)
        {
            return owner;
        }
        var key = connection;
        var kept = _openings.LastOrDefault(opening => opening.Connection == key).Target;
        if (kept is { } at && at.Since >= since && IsThere(at)
            && (stage != ConnectionStage.Opens || now - at.Since < DrainingTable.RepetitionNanoseconds))
        {
            return at.Slot;
        }
        if (stage == ConnectionStage.Opens)
        {
            if (owner != TableCopy.Nobody || owner == old)
            {
                _openings.Add((connection, owner == old ? null : new KeptTarget(owner, Table.Marks[owner], now)));
            }
            return owner;
        }
        return movesUdp && connection.Packet.Protocol == IpProtocol.Udp ? owner : old;
    }

    private bool IsThere(in KeptTarget target) => Table.Marks[target.Slot] == target.Mark && Table.Keeps[target.Slot];
}
