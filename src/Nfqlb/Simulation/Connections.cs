using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Simulation;

/// <summary>Connections, each hashed as its packets are, counted by entry.</summary>
/// <remarks>However many there are, they take as much memory as the table has entries.</remarks>
public sealed class Connections
{
    /// <summary>How many are drawn between two words of progress.</summary>
    private const int Step = 1 << 16;

    private static readonly Address Service = Address.FromIpv4(0xcb00710a); // 203.0.113.10

    private readonly PoolShape _shape;
    private readonly long[] _byEntry;

    private Connections(PoolShape shape) => (_shape, _byEntry) = (shape, new long[shape.Size.Entries]);

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>Draws those of random clients to one service.</summary>
    /// <param name="shape">Of the pool: says by which key packets are hashed, and how many entries there are.</param>
    /// <param name="rule">What of them is hashed.</param>
    /// <param name="count">How many.</param>
    /// <param name="random">Where addresses and ports come from: 64 bits each time.</param>
    /// <param name="progress">Told how many there are so far.</param>
    public static Connections Draw(
        PoolShape shape, HashRule rule, long count, Func<long> random, Action<long> progress)
    {
        var drawn = new Connections(shape);
        for (long i = 0; i < count; i++)
        {
            if (i % Step == 0)
            {
                progress(i);
            }
            ulong word = (ulong)random();
            drawn.Add(rule, new PacketKey(
                Address.FromIpv4((uint)word), Service, IpProtocol.Tcp, (ushort)(1024 + (word >> 32) % 64_512), 443));
        }
        progress(count);
        return drawn;
    }

    /// <summary>Counts those that were captured, hashed as a balancer does that was told nothing else.</summary>
    /// <param name="shape">Of the pool.</param>
    /// <param name="captured">At least one.</param>
    public static Connections Of(PoolShape shape, CapturedConnections captured)
    {
        var counted = new Connections(shape);
        foreach (var (key, rule) in captured.Rules)
        {
            counted.Add(rule, key);
        }
        return counted;
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

    private void Add(HashRule rule, in PacketKey key)
    {
        var mode = rule.IsDefault ? HashMode.SctpPorts : HashMode.Tuple; // a flow's own word goes before the mode's
        var hashed = rule.IsDefault ? key : rule.Of(key);
        uint hash = _shape.Seed is { } seed ? mode.Hash(seed, hashed) : mode.Hash(hashed);
        _byEntry[hash % (uint)_byEntry.Length]++;
        Count++;
    }
}
