using Nfqlb.Flows.Index;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>The map of prefixes against a list of blocks, over long histories.</summary>
public class PrefixMapTests
{
    private const int Steps = 4_000;

    [Fact]
    public void A_key_finds_all_prefixes_that_contain_it_longest_first() => Seeded.Run(random =>
    {
        // Around three addresses, so that prefixes lie in one another and keys in many of them.
        var centres = Enumerable.Range(0, 3).Select(_ => PlainPacket.RandomAddress(random)).ToArray();
        var map = PrefixMap<string>.Empty;
        var expected = new Dictionary<PlainBlock, string>();
        var versions = new List<(PrefixMap<string> Map, Dictionary<PlainBlock, string> Expected)>();
        int found = 0;
        for (int step = 0; step < Steps; step++)
        {
            var block = PlainBlock.Around(KeyNear(centres, random), random.Next(129));
            string? value = random.Next(20) < (step < Steps / 2 ? 14 : 8) ? $"{step}" : null;
            block = value is null && expected.Count > 0 ? expected.Keys.ElementAt(random.Next(expected.Count)) : block;
            map = Change(map, expected, block, value);
            Assert.Equal(value, map.Get(Prefix.Of(block.ToCidr())));
            found += AssertFinds(expected, map, KeyNear(centres, random));
            if (step % (Steps / 20) == 0)
            {
                versions.Add((map, new(expected)));
            }
        }
        Assert.InRange(found, Steps, int.MaxValue);
        Assert.All(versions, old =>
        {
            AssertFinds(old.Expected, old.Map, KeyNear(centres, random));
            Assert.Equal(old.Expected.Values.Order(), old.Map.Values.Order());
        });
        foreach (var block in expected.Keys.ToList())
        {
            Assert.False(map.IsEmpty);
            map = Change(map, expected, block, null);
        }
        Assert.True(map.IsEmpty);
        Assert.Equal(0, map.Levels.Length);
    });

    [Fact]
    public void Taking_away_what_is_not_there_changes_nothing()
    {
        var map = PrefixMap<string>.Empty.With(Prefix.Any, "any");
        var other = new Prefix(PlainBlock.AddressOf(1), 128);
        Assert.True(PrefixMap<string>.Empty.With(other, null).IsEmpty);
        Assert.Equal(["any"], map.With(other, null).Values);
        Assert.Equal(1, map.With(other, null).Levels.Length);
    }

    private static PrefixMap<string> Change(
        PrefixMap<string> map, Dictionary<PlainBlock, string> expected, PlainBlock block, string? value)
    {
        if (value is null)
        {
            expected.Remove(block);
        }
        else
        {
            expected[block] = value;
        }
        return map.With(Prefix.Of(block.ToCidr()), value);
    }

    /// <returns>How many prefixes contain the key.</returns>
    private static int AssertFinds(Dictionary<PlainBlock, string> expected, PrefixMap<string> map, UInt128 key)
    {
        var containing = expected
            .Where(entry => entry.Key.Contains(key))
            .OrderByDescending(entry => entry.Key.Length)
            .Select(entry => entry.Value)
            .ToList();
        var found = new List<string>();
        foreach (var level in map.Levels)
        {
            if (level.Find(PlainBlock.AddressOf(key)) is { } value)
            {
                found.Add(value);
            }
        }
        Assert.Equal(containing, found);
        return containing.Count;
    }

    /// <summary>A centre, of which a bit may be another.</summary>
    private static UInt128 KeyNear(UInt128[] centres, Random random) =>
        centres[random.Next(centres.Length)] ^ (random.Next(129) is var bit and < 128 ? UInt128.One << bit : 0);
}
