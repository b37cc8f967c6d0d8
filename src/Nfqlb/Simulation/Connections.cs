using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Simulation;

/// <summary>Connections of random clients to one service, each hashed as its packets are, counted by entry.</summary>
/// <remarks>However many there are, they take as much memory as the table has entries.</remarks>
public sealed class Connections
{
    /// <summary>How many are drawn between two words of progress.</summary>
    private const int Step = 1 << 16;

    private static readonly Address Service = Address.FromIpv4(0xcb00710a); // 203.0.113.10

    private readonly long[] _byEntry;

    private Connections(long[] byEntry, long count)
    {
        _byEntry = byEntry;
        Count = count;
    }

    /// <summary>How many there are.</summary>
    public long Count { get; }

    /// <summary>Draws them.</summary>
    /// <param name="shape">Of the pool: says how packets are hashed, and how many entries there are.</param>
    /// <param name="count">How many.</param>
    /// <param name="random">Where addresses and ports come from: 64 bits each time.</param>
    /// <param name="progress">Told how many there are so far.</param>
    public static Connections Draw(PoolShape shape, long count, Func<long> random, Action<long> progress)
    {
        var byEntry = new long[shape.Size.Entries];
        uint entries = (uint)shape.Size.Entries;
        for (long i = 0; i < count; i++)
        {
            if (i % Step == 0)
            {
                progress(i);
            }
            ulong word = (ulong)random();
            var key = new PacketKey(
                Address.FromIpv4((uint)word), Service, IpProtocol.Tcp, (ushort)(1024 + (word >> 32) % 64_512), 443);
            uint hash = shape.Seed is { } seed ? HashMode.Tuple.Hash(seed, key) : HashMode.Tuple.Hash(key);
            byEntry[hash % entries]++;
        }
        progress(count);
        return new Connections(byEntry, count);
    }

    /// <summary>Those whose hash leads to an entry.</summary>
    public long Of(int entry) => _byEntry[entry];

    /// <summary>Those of each slot of a table.</summary>
    public long[] BySlot(SimulatedTable table)
    {
        var bySlot = new long[table.EntriesBySlot.Length];
        for (int entry = 0; entry < _byEntry.Length; entry++)
        {
            if (table.SlotOf(entry) is { } slot)
            {
                bySlot[slot] += _byEntry[entry];
            }
        }
        return bySlot;
    }
}
