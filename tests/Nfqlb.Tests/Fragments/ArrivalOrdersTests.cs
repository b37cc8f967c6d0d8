using Nfqlb.Fragments;
using Nfqlb.Packets;

namespace Nfqlb.Tests.Fragments;

/// <summary>All orders in which up to five fragments can come, with one lost and one doubled, on a virtual clock.
/// </summary>
public class ArrivalOrdersTests
{
    private const int TtlMilliseconds = 200;
    private const long Ttl = TtlMilliseconds * 1_000_000L;
    private static readonly Verdict Target = Verdict.Accept(new FirewallMark(7));

    /// <summary>How fragments come back: at once, or only when nothing else comes any more.</summary>
    public enum Return
    {
        AtOnce,
        AtTheEnd,
    }

    public static TheoryData<int, bool, Return> Cases
    {
        get
        {
            var cases = new TheoryData<int, bool, Return>();
            for (int count = 2; count <= 5; count++)
            {
                cases.Add(count, false, Return.AtOnce);
                cases.Add(count, false, Return.AtTheEnd);
                cases.Add(count, true, Return.AtOnce);
                cases.Add(count, true, Return.AtTheEnd);
            }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Each_goes_where_the_reference_says(int count, bool isIpv6, Return back)
    {
        byte[][] pieces = isIpv6 ? FragmentedPacket.Ipv6(count) : FragmentedPacket.Ipv4(count);
        int orders = 0;
        foreach (int[] order in Arrivals(count))
        {
            Play(pieces, order, back);
            orders++;
        }
        // n! orders; with each of n lost; with each of those that came doubled, at each place.
        Assert.True(orders > Enumerable.Range(1, count).Aggregate((a, b) => a * b));
    }

    [Fact]
    public void The_enumeration_is_complete()
    {
        string[] arrivals = [.. Arrivals(2).Select(order => string.Concat(order)).Order()];
        Assert.Equal(
            ["0", "00", "001", "01", "010", "011", "1", "10", "100", "101", "11", "110"],
            arrivals.Distinct());
    }

    /// <summary>Orders of the fragments' numbers: all, one lost, one doubled, both.</summary>
    internal static IEnumerable<int[]> Arrivals(int count)
    {
        int[] all = [.. Enumerable.Range(0, count)];
        foreach (int[] kept in all.Select(lost => all.Where(i => i != lost).ToArray()).Prepend(all))
        {
            foreach (int[] order in Permutations(kept))
            {
                yield return order;
                foreach (int doubled in order)
                {
                    for (int at = Array.IndexOf(order, doubled) + 1; at <= order.Length; at++)
                    {
                        yield return [.. order[..at], doubled, .. order[at..]];
                    }
                }
            }
        }
    }

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length == 0
        ? [[]]
        : items.SelectMany(first => Permutations([.. items.Where(item => item != first)])
            .Select(rest => (int[])[first, .. rest]));

    private static void Play(byte[][] pieces, int[] order, Return back)
    {
        var returned = new Reinjected();
        var table = new FragmentTable(new() { TtlMilliseconds = TtlMilliseconds }, returned);
        var reference = new PlainFragments(Ttl);
        var passed = new List<int>();
        var queue = new Queue<int>(order);
        long now = 0;
        while (queue.TryDequeue(out int number) || Came(returned, pieces, out number))
        {
            now += 1_000_000;
            var (expected, released) = reference.Add(FragmentedPacket.Place(pieces[number]), now);
            int before = returned.Count;
            var outcome = Add(table, pieces[number], now);
            string story = $"{string.Concat(order)}, {back}: {number} after {string.Concat(passed)}";
            Assert.True(expected == outcome, $"{story}: {outcome}, expected {expected}");
            Assert.Equal(released.Length, returned.Count - before);
            if (outcome == FragmentOutcome.Passed)
            {
                passed.Add(number);
            }
            while (back == Return.AtOnce && Came(returned, pieces, out int again))
            {
                queue = new([again, .. queue]);
            }
        }
        AssertOnce(order, passed);
        table.Expire(now + Ttl);
        Assert.Equal((0, 0), (table.ReadStatistics().Stored, table.ReadStatistics().Entries));
    }

    /// <summary>Whatever the order: with the first fragment all that came pass, each once, else none. A first one that
    /// is doubled when the packet has passed whole begins the next packet.</summary>
    private static void AssertOnce(int[] order, List<int> passed)
    {
        int[] expected = order.Contains(0) ? [.. order.Distinct().Order()] : [];
        bool isNext = passed.Count == expected.Length + 1 && passed[^1] == 0 && order[^1] == 0;
        Assert.Equal(expected, (isNext ? passed[..^1] : passed).Order());
    }

    private static FragmentOutcome Add(FragmentTable table, byte[] bytes, long now)
    {
        var place = FragmentedPacket.Place(bytes);
        if (place.Offset == 0)
        {
            return table.AddFirst(place, Target, now);
        }
        var outcome = table.AddLater(place, bytes, now, out var verdict);
        Assert.Equal(outcome == FragmentOutcome.Passed ? Target : Verdict.Drop, verdict);
        return outcome;
    }

    private static bool Came(Reinjected returned, byte[][] pieces, out int number)
    {
        number = returned.TryTake(out byte[] bytes) ? Array.FindIndex(pieces, bytes.SequenceEqual) : -1;
        return number >= 0;
    }
}
