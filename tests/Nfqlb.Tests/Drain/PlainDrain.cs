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

    /// <summary>Since when an entry drains, null where it does not; and the target it had then.</summary>
    public (long? Since, KeptTarget Old) StateOf(int entry, long now)
    {
        long? since = null;
        long until = 0;
        KeptTarget old = default;
        for (int i = 1; i < _tables.Count; i++)
        {
            var (at, table) = _tables[i];
            var before = _tables[i - 1].Table;
            ushort was = before.Entries[entry], comes = table.Entries[entry];
            if (until <= at)
            {
                since = null;
            }
            bool isSame = was == comes && (was == TableCopy.Nobody || before.Marks[was] == table.Marks[comes]);
            if (isSame || (since is null && was == TableCopy.Nobody))
            {
                continue;
            }
            if (since is null)
            {
                (since, old) = (at, new KeptTarget(was, before.Marks[was], 0));
            }
            until = at + lasts;
        }
        return until > now ? (since, old) : (null, default);
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
            if (owner != TableCopy.Nobody)
            {
                bool isOld = owner == old.Slot && Table.Marks[owner] == old.Mark;
                _openings.Add((connection, isOld ? null : new KeptTarget(owner, Table.Marks[owner], now)));
            }
            return owner;
        }
        bool moves = movesUdp && connection.Packet.Protocol == IpProtocol.Udp;
        return !moves && IsThere(old) ? old.Slot : owner;
    }

    private bool IsThere(in KeptTarget target) => Table.CanKeep(target.Slot, target.Mark);
}
