using Nfqlb.Carried;
using Nfqlb.Packets;

namespace Nfqlb.Drain;

/// <summary>What one balancer knows of connections that stay where they are, checked, for the next one.</summary>
/// <remarks>
/// Times are carried as durations: the two need not have one clock. Of each pool: name, table, marks, and of each entry
/// that drains its place, its old target, since when and for how long; then of each connection the place of its pool,
/// its key, slot, mark, age, and whether it is established; then two counts.
/// </remarks>
public sealed class CarriedDrains
{
    private const int LeastPoolBytes = 16, EntryBytes = 28, ConnectionBytes = 64;

    private readonly Dictionary<string, Pool> _pools = [];
    private ConnectionStatistics _statistics;

    private CarriedDrains()
    {
    }

    /// <summary>How many pools drain.</summary>
    public int Count => _pools.Count;

    /// <summary>Writes what <see cref="Read"/> reads.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="pools">Those that drain.</param>
    /// <param name="connections">What is remembered; null for nothing.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    public static void Write(
        CarriedWriter writer, IReadOnlyList<DrainingPool> pools, ConnectionTable? connections, long now)
    {
        writer.WriteInt(pools.Count);
        var places = new Dictionary<int, int>();
        foreach (var (place, pool) in pools.Index())
        {
            places.Add(pool.Number, place);
            Write(writer, pool, now);
        }
        var known = connections?.ReadAll().Where(one => places.ContainsKey(one.Key.Pool)).ToList() ?? [];
        writer.WriteInt(known.Count);
        foreach (var (key, target, isEstablished) in known)
        {
            writer.WriteInt(places[key.Pool]);
            Write(writer, key.Packet);
            writer.WriteInt(target.Slot);
            writer.WriteInt(target.Mark);
            writer.WriteLong(now - target.Since);
            writer.WriteInt(isEstablished ? 1 : 0);
        }
        var statistics = connections?.ReadStatistics() ?? default;
        writer.WriteLong(statistics.Remembered);
        writer.WriteLong(statistics.Evicted);
    }

    /// <summary>Reads what another balancer wrote, trusting nothing in it.</summary>
    /// <param name="reader">At its beginning.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <exception cref="CarriedException">It is torn, or none has written it.</exception>
    public static CarriedDrains Read(ref CarriedReader reader, long now)
    {
        var read = new CarriedDrains();
        var byPlace = new List<Pool>();
        for (int count = reader.ReadCount(LeastPoolBytes); count > 0; count--)
        {
            string name = reader.ReadText();
            var pool = new Pool(ReadTable(ref reader, now), []);
            byPlace.Add(pool);
            if (!read._pools.TryAdd(name, pool))
            {
                throw new CarriedException($"pool {name} drains twice");
            }
        }
        for (int count = reader.ReadCount(ConnectionBytes); count > 0; count--)
        {
            int place = reader.ReadInt();
            var key = ReadKey(ref reader);
            var target = new KeptTarget((ushort)reader.ReadInt(), reader.ReadInt(), now - reader.ReadLong());
            bool isEstablished = reader.ReadInt() != 0;
            Expect(place >= 0 && place < byPlace.Count, "a connection of no pool");
            byPlace[place].Connections.Add((key, target, isEstablished));
        }
        read._statistics = new ConnectionStatistics { Remembered = reader.ReadLong(), Evicted = reader.ReadLong() };
        return read;
    }

    /// <summary>The table of a pool, with its entries that drain.</summary>
    /// <param name="pool">Its name.</param>
    /// <param name="size">Its M.</param>
    /// <returns>Null when it does not drain, or has another size now.</returns>
    public DrainingTable? Find(string pool, int size) =>
        _pools.TryGetValue(pool, out var known) && known.Table.Table.Size == size ? known.Table : null;

    /// <summary>Goes on with what was remembered of a pool's connections.</summary>
    /// <param name="pool">Its name.</param>
    /// <param name="number">Its number here.</param>
    /// <param name="connections">Where they are remembered from now on.</param>
    public void GiveConnections(string pool, int number, ConnectionTable connections)
    {
        foreach (var (key, target, isEstablished) in _pools[pool].Connections)
        {
            connections.Carry(new ConnectionKey(number, key), target, isEstablished);
        }
    }

    /// <summary>Counts on from what was counted, behind all connections.</summary>
    public void GiveStatistics(ConnectionTable connections) => connections.Carry(_statistics);

    private static void Write(CarriedWriter writer, in DrainingPool pool, long now)
    {
        var (table, moved) = (pool.Table.Table, pool.Table.Moved!);
        writer.WriteText(pool.Name);
        writer.WriteInt(table.Size);
        foreach (ushort slot in table.Entries)
        {
            writer.WriteInt(slot);
        }
        writer.WriteInt(table.Marks.Length);
        foreach (int mark in table.Marks)
        {
            writer.WriteInt(mark);
        }
        writer.WriteInt(moved.Count);
        for (int entry = 0; entry < table.Size; entry++)
        {
            if (moved.Contains(entry))
            {
                writer.WriteInt(entry);
                writer.WriteInt(moved.OldOf(entry));
                writer.WriteInt(moved.OldMarkOf(entry));
                writer.WriteLong(now - moved.SinceOf(entry));
                writer.WriteLong(moved.UntilOf(entry) - now);
            }
        }
    }

    private static DrainingTable ReadTable(ref CarriedReader reader, long now)
    {
        var entries = new ushort[reader.ReadCount(sizeof(int))];
        foreach (ref ushort slot in entries.AsSpan())
        {
            slot = (ushort)reader.ReadInt();
        }
        int[] marks = new int[reader.ReadCount(sizeof(int))];
        foreach (ref int mark in marks.AsSpan())
        {
            mark = reader.ReadInt();
        }
        var moved = new List<(int, ushort, int, long, long)>();
        for (int count = reader.ReadCount(EntryBytes); count > 0; count--)
        {
            int entry = reader.ReadInt();
            ushort old = (ushort)reader.ReadInt();
            int oldMark = reader.ReadInt();
            long since = now - reader.ReadLong(), until = now + reader.ReadLong();
            Expect(entry >= 0 && entry < entries.Length, "an entry of no table");
            moved.Add((entry, old, oldMark, since, until));
        }
        // Of no segment's generation: the next packet has it compared with the table as it is then.
        var table = new TableCopy(ulong.MaxValue, entries, marks, new bool[marks.Length]);
        return new DrainingTable(table, moved.Count == 0 ? null : MovedEntries.Of(entries.Length, moved));
    }

    private static void Write(CarriedWriter writer, in PacketKey key)
    {
        writer.WriteLong((long)key.Source.High);
        writer.WriteLong((long)key.Source.Low);
        writer.WriteLong((long)key.Destination.High);
        writer.WriteLong((long)key.Destination.Low);
        writer.WriteInt((int)key.Protocol << 16 | key.EchoId);
        writer.WriteInt(key.SourcePort << 16 | key.DestinationPort);
    }

    private static PacketKey ReadKey(ref CarriedReader reader)
    {
        var source = new Address((ulong)reader.ReadLong(), (ulong)reader.ReadLong());
        var destination = new Address((ulong)reader.ReadLong(), (ulong)reader.ReadLong());
        int protocolAndId = reader.ReadInt(), ports = reader.ReadInt();
        return new PacketKey(
            source, destination, (IpProtocol)(byte)(protocolAndId >> 16), (ushort)(ports >> 16), (ushort)ports,
            (ushort)protocolAndId);
    }

    private static void Expect(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            throw new CarriedException($"it is torn: {otherwise}");
        }
    }

    private sealed record Pool(DrainingTable Table, List<(PacketKey, KeptTarget, bool)> Connections);
}
