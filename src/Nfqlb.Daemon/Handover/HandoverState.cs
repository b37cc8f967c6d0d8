using Nfqlb.Carried;
using Nfqlb.Daemon.FastPath;
using Nfqlb.Daemon.Workers;
using Nfqlb.Drain;
using Nfqlb.Fragments;
using Nfqlb.Linux;

namespace Nfqlb.Daemon.Handover;

/// <summary>What a balancer has counted and remembers, as it goes to the one that takes over.</summary>
/// <remarks>
/// A mark, a version, rows of counts by name, the packets of the fragment table, and what drains. It is written when
/// the old one has stopped reading and taken over before the new one reads, so nothing changes meanwhile.
/// </remarks>
/// <param name="counts">By flow, pool, queue, link.</param>
/// <param name="fragments">What is remembered of fragmented packets.</param>
/// <param name="drains">Pools whose connections stay where they are, and what is remembered of these.</param>
internal sealed class HandoverState(CarriedCounts counts, CarriedFragments fragments, CarriedDrains drains)
{
    /// <summary>"nqestate" as it stands in memory.</summary>
    private const long Mark = 0x6574_6174_7365_716e;

    /// <summary>Counts up with every change of what is written, be it the order of an enumeration.</summary>
    private const int Version = 5;

    private const string FlowRow = "flows", FragmentRow = "fragments", FastPathRow = "fast path";

    /// <summary>What this balancer has, none of whose workers runs now.</summary>
    /// <param name="path">This one's.</param>
    /// <param name="counters">Of its flows as they were handed over.</param>
    public static ReadOnlySpan<byte> Of(DataPath path, FlowCounters counters)
    {
        var counts = new CarriedCounts();
        counts.Add(FlowRow, counters.Read());
        foreach (var entry in path.Tap.Flows.Current.Entries)
        {
            counts.Add($"trace {entry.Flow.Name}", entry.Counter.Sum);
        }
        foreach (var pool in path.Pools.All())
        {
            int slots = pool.Segment.Size.Slots;
            long[] row = new long[2 * slots];
            for (int slot = 0; slot < slots; slot++)
            {
                (row[slot], row[slots + slot]) = (pool.PacketsOf(slot), pool.BytesOf(slot));
            }
            counts.Add($"pool {pool.Name}", row);
        }
        foreach (var (queue, loop, classifier) in path.Workers)
        {
            counts.Add($"queue {queue.Number}", loop.Counters.ToRow());
            counts.Add($"classifier {queue.Number}", classifier.Counters.ToRow());
            counts.Add($"refused {queue.Number}", queue.ReadStatistics().VerdictErrors);
        }
        var kernel = path.FastPath?.Current;
        foreach (var link in kernel?.Links ?? [])
        {
            counts.Add($"link {link.Name}", kernel!.RowOf(link.Place));
        }
        counts.Add(FastPathRow, path.FastPath?.Balanced ?? 0);
        counts.Add(FragmentRow, path.Fragments.ReadStatistics().ToRow());
        var writer = new CarriedWriter();
        writer.WriteLong(Mark);
        writer.WriteInt(Version);
        counts.WriteTo(writer);
        long now = MonotonicClock.NowNanoseconds;
        path.Fragments.WriteTo(writer, now);
        var draining = path.Pools.All().Select(pool => pool.Draining).OfType<DrainingPool>();
        CarriedDrains.Write(writer, [.. draining], path.Connections, now);
        return writer.Written;
    }

    /// <summary>Reads what <see cref="Of"/> gave in another process.</summary>
    /// <returns>Null when it is of another version.</returns>
    /// <exception cref="CarriedException">It is torn, or of something else.</exception>
    public static HandoverState? Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new CarriedReader(bytes);
        if (reader.ReadLong() != Mark)
        {
            throw new CarriedException("it is of something else");
        }
        if (reader.ReadInt() != Version)
        {
            return null;
        }
        var counts = CarriedCounts.Read(ref reader);
        var fragments = CarriedFragments.Read(ref reader);
        var drains = CarriedDrains.Read(ref reader, MonotonicClock.NowNanoseconds);
        return reader.IsAtEnd
            ? new HandoverState(counts, fragments, drains)
            : throw new CarriedException("there is more than there should be");
    }

    /// <summary>Goes on with it in a balancer whose workers do not run yet.</summary>
    /// <param name="path">Of that path.</param>
    /// <param name="counters">Of its flows, in the order in which they were handed over.</param>
    public void GiveTo(DataPath path, FlowCounters counters)
    {
        counters.Carry(counts.Find(FlowRow, counters.Length));
        foreach (var entry in path.Tap.Flows.Current.Entries)
        {
            entry.Counter.Carry(counts.Find($"trace {entry.Flow.Name}", 1)[0]);
        }
        foreach (var pool in path.Pools.All())
        {
            // A pool that was replaced by one of another size meanwhile counts from 0, as ever.
            int slots = pool.Segment.Size.Slots;
            var row = counts.Find($"pool {pool.Name}", 2 * slots);
            for (int slot = 0; slot < slots; slot++)
            {
                pool.Carry(slot, row[slot], row[slots + slot]);
            }
            pool.Carry(drains);
        }
        if (path.Connections is { } connections)
        {
            drains.GiveStatistics(connections);
        }
        foreach (var (queue, loop, classifier) in path.Workers)
        {
            loop.Counters.Carry(counts.Find($"queue {queue.Number}", loop.Counters.RowLength));
            classifier.Counters.Carry(
                counts.Find($"classifier {queue.Number}", classifier.Counters.RowLength));
            queue.EarlierVerdictErrors = counts.Find($"refused {queue.Number}", 1)[0];
        }
        var kernel = path.FastPath?.Current;
        foreach (var link in kernel?.Links ?? [])
        {
            kernel!.Carry(link.Place, counts.Find($"link {link.Name}", FastPathOutcomes.Names.Length));
        }
        path.FastPath?.Carry(counts.Find(FastPathRow, 1)[0]);
        var statistics = FragmentStatistics.OfRow(counts.Find(FragmentRow, FragmentStatistics.RowLength));
        path.Fragments.Add(fragments, statistics, MonotonicClock.NowNanoseconds);
    }
}
