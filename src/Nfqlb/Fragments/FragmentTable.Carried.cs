using Nfqlb.Carried;

namespace Nfqlb.Fragments;

/// <summary>What it remembers, on its way from one balancer to the next.</summary>
public sealed partial class FragmentTable
{
    /// <summary>Writes every packet that is remembered, with the fragments that wait, for
    /// <see cref="CarriedFragments"/> to read.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    public void WriteTo(CarriedWriter writer, long now)
    {
        int at = writer.Length;
        int count = 0;
        writer.WriteInt(count);
        foreach (var shard in _shards)
        {
            count += shard.WriteTo(writer, now);
        }
        count += _room.WriteTo(writer, now);
        writer.Correct(at, count);
    }

    /// <summary>Goes on with what another balancer remembered and counted. Before the first packet comes.</summary>
    /// <param name="fragments">What it remembered; its table may have been of another size.</param>
    /// <param name="statistics">What it had counted; what there is "now" is not looked at.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    public void Add(CarriedFragments fragments, in FragmentStatistics statistics, long now)
    {
        // Within a shard the oldest is the next to expire.
        var oldestFirst = new List<CarriedPacket>(fragments.Packets);
        oldestFirst.Sort(static (a, b) => a.TimeLeft.CompareTo(b.TimeLeft));
        foreach (var packet in oldestFirst)
        {
            uint hash = packet.Key.Hash(_seed);
            ShardOf(hash).Add(packet, hash, now);
        }
        _shards[0].Add(statistics with { Entries = 0, Stored = 0, Reinjected = 0, NotReinjected = 0 });
        Interlocked.Add(ref _reinjected, statistics.Reinjected);
        Interlocked.Add(ref _notReinjected, statistics.NotReinjected);
    }
}
