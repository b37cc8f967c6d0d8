using Nfqlb.Flows.Index;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>The persistent map against a dictionary, over long histories.</summary>
public class HashTrieTests
{
    private const int Steps = 20_000;

    /// <summary>More than one table takes.</summary>
    private const int ManyKeys = 600;

    private const int BytesOfEntry = 24;

    /// <summary>Where they stand in one table, at least.</summary>
    private const int BytesOfCrowd = ManyKeys * BytesOfEntry;

    /// <summary>How many different keys there are: few, so that they are found again; many, so that the trie grows
    /// some levels deep.</summary>
    public static TheoryData<string, Func<Random, Address[]>> Keys => new()
    {
        { "a few", random => Random(random, 10) },
        { "many", random => Random(random, 10_000) },
        { "in a row", _ => [.. Enumerable.Range(0, 3_000).Select(i => Address.FromIpv4((uint)i))] },
        { "that differ in their first bits alone", _ => [.. Enumerable.Range(0, 3_000)
            .Select(i => new Address((ulong)i << 40, 0))] },
        { "of one hash among others", random => [.. OfOneHash(random, ManyKeys), .. Random(random, 100)] },
    };

    [Theory, MemberData(nameof(Keys))]
    public void A_trie_holds_what_a_dictionary_holds(string kind, Func<Random, Address[]> make) => Seeded.Run(random =>
    {
        var keys = make(random);
        var trie = default(HashTrie<string>);
        var expected = new Dictionary<Address, string>();
        for (int step = 0; step < Steps; step++)
        {
            // It grows for a while, then it shrinks.
            bool isAdded = random.Next(10) < (step / (Steps / 4) % 2 == 0 ? 8 : 2);
            var key = keys[random.Next(keys.Length)];
            trie = Change(trie, expected, key, isAdded ? $"{kind} {step}" : null);
            var asked = keys[random.Next(keys.Length)];
            Assert.Equal(expected.GetValueOrDefault(key), trie.Find(key));
            Assert.Equal(expected.GetValueOrDefault(asked), trie.Find(asked));
            if (step % (Steps / 20) == 0)
            {
                AssertSame(expected, trie, keys);
            }
        }
        foreach (var key in keys)
        {
            trie = Change(trie, expected, key, null);
            Assert.Equal(expected.Count == 0, trie.IsEmpty);
        }
        AssertSame([], trie, keys);
    });

    [Theory, MemberData(nameof(Keys))]
    public void Old_versions_stay_as_they_were(string kind, Func<Random, Address[]> make) => Seeded.Run(random =>
    {
        var keys = make(random);
        var trie = default(HashTrie<string>);
        var expected = new Dictionary<Address, string>();
        var versions = new List<(HashTrie<string> Trie, Dictionary<Address, string> Expected)>();
        for (int step = 0; step < Steps; step++)
        {
            trie = Change(
                trie, expected, keys[random.Next(keys.Length)], random.Next(3) > 0 ? $"{kind} {step}" : null);
            if (step % (Steps / 20) == 0)
            {
                versions.Add((trie, new(expected)));
            }
        }
        foreach (var (old, then) in versions)
        {
            AssertSame(then, old, keys);
        }
    });

    [Fact]
    public void Keys_of_one_hash_do_meet_in_one_table() => Seeded.Run(random =>
    {
        // A change copies the whole path; where hashes differ, the table at its end is one of sixteen.
        Assert.InRange(BytesOfChange(OfOneHash(random, ManyKeys)), BytesOfCrowd, int.MaxValue);
        Assert.InRange(BytesOfChange(Random(random, ManyKeys)), 1, BytesOfCrowd / 3);
    });

    [Fact]
    public void Keys_spread_whatever_bits_they_differ_in()
    {
        // A sixteenth of them stands in each table, if they do spread, and never twice as many.
        for (int bit = 0; bit <= 118; bit++)
        {
            var keys = Enumerable.Range(0, ManyKeys).Select(i => PlainBlock.AddressOf((UInt128)i << bit)).ToArray();
            Assert.InRange(BytesOfChange(keys), 1, BytesOfCrowd / 3);
        }
    }

    private static long BytesOfChange(Address[] keys)
    {
        var trie = keys.Aggregate(default(HashTrie<string>), (all, key) => all.With(key, "same"));
        long before = GC.GetAllocatedBytesForCurrentThread();
        trie.With(keys[0], "changed");
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static HashTrie<string> Change(
        HashTrie<string> trie, Dictionary<Address, string> expected, Address key, string? value)
    {
        if (value is null)
        {
            expected.Remove(key);
        }
        else
        {
            expected[key] = value;
        }
        return trie.With(key, value);
    }

    private static void AssertSame(Dictionary<Address, string> expected, HashTrie<string> trie, Address[] keys)
    {
        Assert.Equal(expected.Values.Order(), trie.Values.Order());
        Assert.Equal(expected.Count == 0, trie.IsEmpty);
        Assert.All(keys, key => Assert.Equal(expected.GetValueOrDefault(key), trie.Find(key)));
    }

    private static Address[] Random(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => PlainBlock.AddressOf(PlainPacket.RandomAddress(random)))];

    /// <summary>The hash is made of High * a + Low * b: where High changes by b, Low makes up for it by -a.</summary>
    private static Address[] OfOneHash(Random random, int count)
    {
        const ulong A = 0x9e37_79b9_7f4a_7c15;
        const ulong B = 0xc2b2_ae3d_27d4_eb4f;
        var first = PlainBlock.AddressOf(PlainPacket.RandomAddress(random));
        return [.. Enumerable.Range(0, count).Select(i => unchecked(
            new Address(first.High + B * (ulong)i, first.Low - A * (ulong)i)))];
    }
}
