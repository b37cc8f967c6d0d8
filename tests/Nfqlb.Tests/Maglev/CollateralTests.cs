using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Maglev;

/// <summary>Entries of others that change hands when one of 100 targets leaves, in per cent of all entries.</summary>
public class CollateralTests
{
    private const int Targets = 100;

    /// <summary>Each of the 100 leaves once: the mean, and the worst of them.</summary>
    [Theory]
    [InlineData(9_973, false, 2.1, 2.1)]
    [InlineData(9_973, true, 2.1, 2.1)]
    [InlineData(65_537, false, 0.6, 0.65)]
    [InlineData(65_537, true, 0.6, 0.65)]
    public void One_of_a_hundred_that_leaves_moves_few_entries_of_the_others(
        int entries, bool isKeyed, double mostOnAverage, double most)
    {
        var content = Content(entries, isKeyed ? new HashSeed(0x0706050403020100, 0x0f0e0d0c0b0a0908) : null);
        int[] before = TableOf(content);
        double[] moved =
            [.. Enumerable.Range(0, Targets).Select(gone => Moved(before, TableOf(content.With(gone, null)), gone))];
        Assert.True(moved.Average() <= mostOnAverage, $"{moved.Average():f3} % of the entries moved on average");
        Assert.True(moved.Max() <= most, $"{moved.Max():f3} % of the entries moved at the worst");
    }

    /// <summary>The sizes that IPVS (`mh`), Cilium, and Maglev, Katran and Envoy have if nobody asks for another. All
    /// of them fill tables of equal weights as the Maglev paper does, with offsets and skips from a hash.</summary>
    [Theory]
    [InlineData(4_093, 80)]
    [InlineData(16_381, 40)]
    [InlineData(65_537, 20)]
    public void As_few_move_as_by_the_published_algorithm(int entries, int pools) => Seeded.Run(random =>
    {
        double[] ours = [.. Enumerable.Range(0, pools).Select(_ =>
        {
            var content = Content(entries, new HashSeed((ulong)random.NextInt64(), (ulong)random.NextInt64()));
            int gone = random.Next(Targets);
            return Moved(TableOf(content), TableOf(content.With(gone, null)), gone);
        })];
        double[] published = [.. Enumerable.Range(0, pools).Select(_ =>
        {
            (int, int)[] rows =
                [.. Enumerable.Range(0, Targets).Select(_ => (random.Next(entries), 1 + random.Next(entries - 1)))];
            int gone = random.Next(Targets);
            return Moved(Published(entries, rows, gone: null), Published(entries, rows, gone), gone);
        })];
        double error = Math.Sqrt((Variance(ours) + Variance(published)) / pools);
        Assert.InRange(ours.Average() - published.Average(), -5 * error, 5 * error);
    });

    private static PoolContent Content(int entries, HashSeed? seed) => Pools.ContentOf(
        new PoolShape(new PoolSize(entries, Targets), seed),
        [.. Enumerable.Range(0, Targets).Select(i => new SlotTarget(new FirewallMark(i))
        {
            Name = seed is null ? null : new TargetName($"node-{i}"),
        })]);

    private static int[] TableOf(PoolContent content)
    {
        var pool = PoolSegment.Format(
            new byte[PoolSegment.BytesFor(content.Shape)], content.Shape, content.Settings);
        pool.Publish(content);
        return pool.Snapshot().Entries;
    }

    /// <summary>Pseudocode 1 of the Maglev paper (NSDI 2016, §3.4).</summary>
    private static int[] Published(int entries, (int Offset, int Skip)[] rows, int? gone)
    {
        int[] active = [.. Enumerable.Range(0, Targets).Where(slot => slot != gone)];
        return TextbookTurns.Table(
            entries, rows, [.. Enumerable.Range(0, entries).Select(turn => active[turn % active.Length])]);
    }

    private static double Moved(int[] before, int[] after, int gone) =>
        100.0 * before.Zip(after).Count(pair => pair.First != gone && pair.First != pair.Second) / before.Length;

    private static double Variance(double[] values) =>
        values.Sum(value => Math.Pow(value - values.Average(), 2)) / (values.Length - 1);
}
