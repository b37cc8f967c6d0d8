using Nfqlb.Fragments;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Fragments;

/// <summary>Who makes room when there is none: the table against its plain version, step by step.</summary>
public class FragmentShareTests
{
    private const int Steps = 30_000, Pieces = 5, Packets = 60, Fragments = 50, Ids = 40;
    private const long Ttl = 200_000_000;
    private static readonly Verdict Target = Verdict.Accept(new FirewallMark(7));

    /// <summary>Under this seed no two of the sources do.</summary>
    private static readonly HashSeed NoneMeet = new(3, 0);

    /// <summary>The first one sends half of everything.</summary>
    private static readonly string[] Sources =
        [.. Enumerable.Range(1, 12).Select(i => $"10.0.0.{i}")];

    [Theory]
    [InlineData(20_000)] // far more than there is room for in the time to live
    [InlineData(2_000_000)]
    [InlineData(20_000_000)] // far less
    public void Whatever_comes_it_does_as_the_reference_does(int longestGap) => Seeded.Run(random =>
    {
        var returned = new Reinjected();
        var table = new FragmentTable(
            new() { Size = Packets, ExtraEntries = 0, StoredFragments = Fragments, Seed = NoneMeet }, returned);
        var plain = new PlainTable(Packets, Fragments, Pieces, Ttl);
        long now = 0;
        for (int step = 0; step < Steps; step++)
        {
            now += random.Next(longestGap);
            string source = Sources[random.Next(2) == 0 ? 0 : random.Next(Sources.Length)];
            ushort id = (ushort)random.Next(Ids);
            byte[][] pieces = FragmentedPacket.Ipv4(Pieces, id, source);
            int piece = random.Next(3) == 0 ? 0 : random.Next(1, Pieces);
            var (expected, released) = plain.Add(source, id, piece, now);
            Assert.Equal(expected, Add(table, pieces[piece], now));
            foreach (int again in released)
            {
                Assert.True(returned.TryTake(out byte[] bytes));
                Assert.Equal(pieces[again], bytes);
                Assert.Equal(FragmentOutcome.Passed, plain.Add(source, id, again, now).Outcome);
                Assert.Equal(FragmentOutcome.Passed, Add(table, bytes, now));
            }
            Assert.Equal(0, returned.Count);
            if (step % 100 == 0)
            {
                table.Expire(now);
                var statistics = table.ReadStatistics();
                Assert.Equal((plain.Stored, plain.Entries), (statistics.Stored, statistics.Entries));
                Assert.Equal((plain.GivenUp, plain.Displaced), (statistics.GivenUp, statistics.Displaced));
            }
        }
        Assert.True(longestGap > 2_000_000 || plain.GivenUp > 0 && plain.Displaced > 0);
    });

    private static FragmentOutcome Add(FragmentTable table, byte[] bytes, long now)
    {
        var place = FragmentedPacket.Place(bytes);
        return place.Offset == 0
            ? table.AddFirst(place, Target, now)
            : table.AddLater(place, bytes, now, out _);
    }
}
