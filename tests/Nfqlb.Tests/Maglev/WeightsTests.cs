using FsCheck;
using FsCheck.Fluent;
using Nfqlb.Maglev;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Maglev;

/// <summary>Weights are kept to less than one entry, whatever they are, and turns are spread evenly.</summary>
public class WeightsTests
{
    private static readonly int[] Primes = [101, 251, 997, 9_973, 65_537, 1_000_003];

    private sealed record Case(int[] Weights, int Entries);

    [Fact]
    public void Every_target_is_less_than_one_entry_from_its_ideal_share() =>
        Seeded.ForAll(Cases(Primes, mostTargets: 1_000), c =>
        {
            int[] shares = Shares.Of(c.Weights, c.Entries);
            long sum = c.Weights.Sum(weight => (long)weight);
            Assert.Equal(c.Entries, shares.Sum());
            for (int i = 0; i < shares.Length; i++)
            {
                // |share - M*w/sum| < 1, without a fraction.
                long off = shares[i] * sum - (long)c.Entries * c.Weights[i];
                Assert.True(Math.Abs(off) < sum, $"weight {c.Weights[i]} of {sum}: {shares[i]} of {c.Entries}");
            }
        }, count: 400);

    [Fact]
    public void Shares_are_the_textbook_s() => Seeded.ForAll(Cases(Primes, mostTargets: 60), c =>
        Assert.Equal(TextbookTurns.Shares(c.Weights, c.Entries), Shares.Of(c.Weights, c.Entries)), count: 400);

    [Fact]
    public void Shares_of_all_small_vectors_are_the_textbook_s()
    {
        foreach (int[] weights in Vectors(length: 4, most: 5).Concat(Vectors(length: 2, most: 40)))
        {
            for (int entries = 1; entries <= 13; entries++)
            {
                Assert.Equal(TextbookTurns.Shares(weights, entries), Shares.Of(weights, entries));
            }
        }
    }

    [Theory]
    [InlineData(65_535, 993_997, 65_535)]
    [InlineData(65_535, 993_997, 8 * 65_535)] // in eighths
    [InlineData(65_535, 65_537, 1)]
    [InlineData(1, 1_000_003, 65_535)]
    public void The_most_targets_with_the_highest_weights_do_not_overflow(int targets, int entries, int weight)
    {
        int[] weights = [.. Enumerable.Repeat(weight, targets - 1), 1];
        int[] shares = Shares.Of(weights, entries);
        long sum = weights.Sum(one => (long)one);
        Assert.Equal(entries, shares.Sum());
        Assert.All(shares.Zip(weights), pair =>
            Assert.True(Int128.Abs(pair.First * (Int128)sum - (Int128)entries * pair.Second) < sum));
        Assert.Equal(entries, TurnsOf(weights, entries).Length);
    }

    [Fact]
    public void Turns_are_the_textbook_s() => Seeded.ForAll(Cases([3, 101, 251, 997], mostTargets: 40), c =>
        Assert.Equal(TextbookTurns.Of(SlotsOf(c), c.Weights, c.Entries), TurnsOf(c.Weights, c.Entries)), count: 300);

    /// <summary>Times are kept to 2^-42: where there are most of them, and where they come nearest to the next
    /// tick.</summary>
    [Theory]
    [InlineData(993_997, new[] { 65_535, 65_534, 65_533, 1 })]
    [InlineData(993_997, new[] { 1, 65_535 })]
    [InlineData(993_997, new[] { 524_280, 524_279, 3 })]
    [InlineData(993_997, new[] { 524_280, 1 })]
    [InlineData(65_537, new[] { 65_535, 65_534, 32_768, 32_767, 2, 1, 1 })]
    public void Turns_of_large_tables_are_the_textbook_s(int entries, int[] weights)
    {
        // The textbook's, without fractions of any length: these fit.
        long sum = weights.Sum(weight => (long)weight);
        int[] shares = Shares.Of(weights, entries);
        var due = Enumerable.Range(0, weights.Length).SelectMany(place => Enumerable.Range(0, shares[place])
            .Select(k => (Time: Math.Min((2L * k + 1) * sum / (2 * weights[place]), entries), Place: place)));
        Assert.Equal(due.OrderBy(turn => turn).Select(turn => turn.Place), TurnsOf(weights, entries));
    }

    [Fact]
    public void Turns_of_equal_weights_are_the_round_robin()
    {
        foreach (int entries in (int[])[3, 5, 23, 101, 997])
        {
            for (int targets = 1; targets <= Math.Min(entries, 120); targets++)
            {
                foreach (int weight in (int[])[1, 2, 3, 7, 65_535])
                {
                    int[] turns = TurnsOf([.. Enumerable.Repeat(weight, targets)], entries);
                    Assert.Equal(Enumerable.Range(0, entries).Select(turn => turn % targets), turns);
                }
            }
        }
    }

    /// <summary>At any turn, each target has had its share to within two turns, and those that are due at once: none
    /// waits for long, and none has many in a row that it is not due.</summary>
    [Fact]
    public void Turns_are_spread_evenly() => Seeded.ForAll(Cases([101, 251, 997], mostTargets: 30), c =>
    {
        int[] turns = TurnsOf(c.Weights, c.Entries);
        double sum = c.Weights.Sum(weight => (double)weight);
        var taken = new int[c.Weights.Length];
        for (int turn = 0; turn < turns.Length; turn++)
        {
            taken[turns[turn]]++;
            for (int i = 0; i < taken.Length; i++)
            {
                // Whoever is due at the same tick goes in order: the count of targets is the slack of time.
                double ideal = (turn + 1) * c.Weights[i] / sum;
                double slack = 1.5 + taken.Length * c.Weights[i] / sum;
                Assert.True(Math.Abs(taken[i] - ideal) <= slack, $"{taken[i]} of {ideal:f2} after {turn + 1} turns");
            }
        }
    }, count: 200);

    [Fact]
    public void A_table_is_the_textbook_s_with_the_textbook_s_turns() =>
        Seeded.ForAll(Cases([23, 101, 251], mostTargets: 20), c =>
        {
            var size = new PoolSize(c.Entries, 20);
            SlotTarget[] targets = [.. c.Weights.Select((weight, slot) =>
                new SlotTarget(new FirewallMark(slot)) { Weight = (ushort)weight })];
            var pool = PoolSegment.Open(Pools.BytesOf(new PoolShape(size), targets));
            int[] turns = TextbookTurns.Of(SlotsOf(c), c.Weights, c.Entries);
            int[] expected = TextbookTurns.Table(c.Entries, TextbookTable.OffsetsAndSkips(size), turns);
            Assert.Equal(expected, pool.Snapshot().Entries);
        }, count: 200);

    [Fact]
    public void Weight_0_and_targets_that_are_out_have_no_entry()
    {
        SlotTarget Target(int mark) => new(new FirewallMark(mark));
        var shape = new PoolShape(new PoolSize(101, 6));
        var pool = PoolSegment.Open(Pools.BytesOf(
            shape, Target(1) with { Weight = 3 }, Target(2) with { Weight = 0 }, Target(3),
            Target(4) with { State = TargetState.Down }, Target(5) with { State = TargetState.Drain },
            Target(6) with { Health = TargetHealth.Bad }));
        Assert.Equal([76, 0, 25, 0, 0, 0], pool.Snapshot().EntriesBySlot());
    }

    [Theory]
    [InlineData(1, new[] { 51, 50, 0, 0 })]
    [InlineData(2, new[] { 51, 50, 0, 0 })]
    [InlineData(3, new[] { 34, 34, 33, 0 })]
    [InlineData(4, new[] { 26, 25, 25, 25 })]
    [InlineData(9, new[] { 26, 25, 25, 25 })]
    public void The_next_priority_joins_when_too_few_are_left(int minActive, int[] expected)
    {
        ushort[] priorities = [0, 0, 1, 2];
        var content = PoolContent.Empty(
            new PoolShape(new PoolSize(101, 4)), new PoolSettings(0) { MinActive = minActive });
        for (int slot = 0; slot < 4; slot++)
        {
            content = content.With(slot, new SlotTarget(new FirewallMark(slot)) { Priority = priorities[slot] });
        }
        Assert.Equal(expected, Published(content).Snapshot().EntriesBySlot());
    }

    [Theory]
    [InlineData(WhenEmpty.NoTarget, new[] { 0, 0 })]
    [InlineData(WhenEmpty.Keep, new[] { 12, 11 })]
    public void When_all_are_down_the_pool_does_what_it_was_told(WhenEmpty whenEmpty, int[] expected)
    {
        var up = PoolContent.Empty(
            new PoolShape(new PoolSize(23, 2)), new PoolSettings(0) { WhenEmpty = whenEmpty }).WithMarks([1, 2]);
        var pool = Published(up);
        for (int again = 0; again < 3; again++)
        {
            pool.Publish(up with { Slots = [Bad(1), Bad(2)] });
            Assert.Equal(expected, pool.Snapshot().EntriesBySlot());
        }
        // Another target in a slot is not where its packets went.
        pool.Publish(up.WithMarks([1, 7]) with { Slots = [Bad(1), Bad(7)] });
        Assert.Equal([expected[0], 0], pool.Snapshot().EntriesBySlot());
    }

    private static SlotTarget Bad(int mark) => new(new FirewallMark(mark)) { Health = TargetHealth.Bad };

    private static PoolSegment Published(PoolContent content)
    {
        var pool = PoolSegment.Format(
            new byte[PoolSegment.BytesFor(content.Shape)], content.Shape, content.Settings);
        pool.Publish(content);
        return pool;
    }

    private static int[] SlotsOf(Case c) => [.. Enumerable.Range(0, c.Weights.Length)];

    private static int[] TurnsOf(int[] weights, int entries)
    {
        using var turns = new WeightedTurns([.. Enumerable.Range(0, weights.Length)], weights, entries);
        var taken = new int[entries];
        for (int i = 0; i < entries; i++)
        {
            taken[i] = turns.Next();
        }
        return taken;
    }

    private static IEnumerable<int[]> Vectors(int length, int most) => length == 0
        ? [[]]
        : from rest in Vectors(length - 1, most)
          from weight in Enumerable.Range(1, most)
          select (int[])[.. rest, weight];

    /// <summary>All sorts of vectors: anything, close together, one giant among dwarfs.</summary>
    private static Gen<Case> Cases(int[] primes, int mostTargets) =>
        from entries in Gen.Elements(primes)
        from targets in Gen.Choose(1, Math.Min(entries, mostTargets))
        from most in Gen.Elements(2, 10, 256, 65_535)
        from weights in Gen.ArrayOf(
            Gen.Frequency((9, Gen.Choose(1, most)), (1, Gen.Constant(1)), (1, Gen.Constant(65_535))), targets)
        select new Case(weights, entries);
}
