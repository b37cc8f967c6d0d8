using System.Collections.Concurrent;
using Nfqlb.Fragments;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Fragments;

/// <summary>Four workers, fragments of every packet at each of them, in any order.</summary>
public class FragmentConcurrencyTests
{
    private const int Workers = 4;
    private const int Packets = 3_000;
    private const int Pieces = 5;

    [Fact]
    public void Each_fragment_passes_once_with_the_verdict_of_its_own_packet() => Seeded.Run(random =>
    {
        var returned = new Reinjected();
        var options = new FragmentTableOptions
        {
            Size = 2 * Packets, StoredFragments = Packets * Pieces, FreesCompletePackets = true,
        };
        var table = new FragmentTable(options, returned);
        var arrivals = new (ushort Id, byte[] Bytes)[Packets * Pieces];
        for (int packet = 0; packet < Packets; packet++)
        {
            byte[][] pieces = FragmentedPacket.Ipv4(Pieces, (ushort)packet);
            for (int piece = 0; piece < Pieces; piece++)
            {
                arrivals[packet * Pieces + piece] = ((ushort)packet, pieces[piece]);
            }
        }
        // Shuffled within a few hundred packets, so that all kinds of meetings happen.
        foreach (var near in Enumerable.Range(0, arrivals.Length / 1_000))
        {
            random.Shuffle(arrivals.AsSpan(near * 1_000, 1_000));
        }
        var passed = new ConcurrentBag<(ushort Id, int Offset, int Mark)>();
        int next = -1;
        Parallel.For(0, Workers, new ParallelOptions { MaxDegreeOfParallelism = Workers }, _ =>
        {
            while (true)
            {
                if (returned.TryTake(out byte[] again))
                {
                    Come(table, passed, again);
                }
                else if (Interlocked.Increment(ref next) is var at && at < arrivals.Length)
                {
                    Come(table, passed, arrivals[at].Bytes);
                }
                else
                {
                    break;
                }
            }
        });
        while (returned.TryTake(out byte[] left))
        {
            Come(table, passed, left);
        }
        Assert.All(passed, fragment => Assert.Equal(fragment.Id, fragment.Mark));
        Assert.Equal(Packets * Pieces, passed.Count);
        Assert.Equal(Packets * Pieces, passed.Distinct().Count());
        var statistics = table.ReadStatistics();
        Assert.Equal((0, 0, Packets), (statistics.Stored, statistics.Entries, statistics.Completed));
        Assert.NotEqual(0, statistics.Reinjected);
    });

    private static void Come(
        FragmentTable table, ConcurrentBag<(ushort Id, int Offset, int Mark)> passed, byte[] bytes)
    {
        var place = FragmentedPacket.Place(bytes);
        var verdict = Verdict.Accept(new FirewallMark((int)place.Key.Id));
        var outcome = place.Offset == 0
            ? table.AddFirst(place, verdict, now: 0)
            : table.AddLater(place, bytes, now: 0, out verdict);
        Assert.True(outcome is FragmentOutcome.Passed or FragmentOutcome.Stored, $"{outcome}");
        if (outcome == FragmentOutcome.Passed)
        {
            passed.Add(((ushort)place.Key.Id, place.Offset, verdict.Mark.Value));
        }
    }
}
