using Nfqlb.Flows;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Packets;
using static Nfqlb.Linux.Tests.Netlink.Nftables.Vips;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>Prefixes of users, however they lie, become intervals that do not overlap, and come back.</summary>
public sealed class VipElementTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("10.0.0.0/24", "10.0.0.0/24")]
    [InlineData("10.0.0.0/24 10.0.1.0/24", "10.0.0.0/24|10.0.1.0/24")]
    [InlineData("10.0.0.0/8 10.1.0.0/16", "10.0.0.0/16 (/8)|10.1.0.0-10.255.255.255 (/16)")]
    [InlineData("10.0.0.0/8 10.0.0.0/16", "10.0.0.0/8 (/8,16)")]
    [InlineData("10.0.0.0/8 10.255.255.255/32", "10.0.0.0-10.255.255.254 (/8)|10.255.255.255/32")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("0.0.0.0/0 255.255.255.255/32", "0.0.0.0-255.255.255.254 (/0)|255.255.255.255/32")]
    public void Intervals_of_IPv4(string vips, string elements) => AssertElements(vips, elements, VipFamily.Ipv4);

    [Theory]
    [InlineData("::/0", "::/0")]
    [InlineData("fe00::/8 fe01::/16", "fe00::/16 (/8)|fe01::-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff (/16)")]
    [InlineData("::/0 ::/1 ::/128", "::/0 (/0-1,128)")]
    public void Intervals_of_IPv6(string vips, string elements) => AssertElements(vips, elements, VipFamily.Ipv6);

    [Fact]
    public void IPv6_has_its_own_set_also_where_it_contains_the_mapped_addresses()
    {
        var vips = Set("::/0 0.0.0.0/0 ::ffff:0:0/95");

        Assert.Single(VipElement.Of(vips, VipFamily.Ipv4));
        Assert.Equal(2, VipElement.Of(vips, VipFamily.Ipv6).Count);
    }

    /// <summary>The oracle asks each address of a small range on its own.</summary>
    [Theory]
    [InlineData("10.9.8.0", 24)]
    [InlineData("255.255.255.0", 24)]
    [InlineData("0.0.0.0", 24)]
    [InlineData("2001:db8::", 120)]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00", 120)]
    public void Random_prefixes_are_covered_exactly_and_come_back(string start, int outer)
    {
        var random = new Random(Seed);
        var family = start.Contains(':') ? VipFamily.Ipv6 : VipFamily.Ipv4;
        string range = $"{start}/{outer}";
        var origin = Prefix(range).Base;
        for (int run = 0; run < 500; run++)
        {
            var vips = VipSet.Of(Enumerable.Range(0, random.Next(12)).Select(_ => Inside(range, random)));
            var elements = VipElement.Of(vips, family);

            string what = $"SEED={Seed}: {string.Join(' ', vips)}";
            Assert.True(vips.Equals(VipSet.Of(elements.SelectMany(element => element.Prefixes(family)))), what);
            Assert.True(elements.Count == vips.Select(prefix => prefix.Base).Distinct().Count(), what);
            for (uint i = 0; i < 256; i++)
            {
                var address = origin with { Low = origin.Low + i };
                int holding = elements.Count(element => IsIn(address, element));
                Assert.True(holding == (vips.Any(prefix => prefix.Contains(address)) ? 1 : 0), $"{what} at {address}");
            }
        }
    }

    [Fact]
    public void A_prefix_changes_the_elements_in_it_and_the_one_before_it()
    {
        var random = new Random(Seed);
        const string range = "10.9.8.0/24";
        for (int run = 0; run < 500; run++)
        {
            var before = VipSet.Of(Enumerable.Range(0, random.Next(12)).Select(_ => Inside(range, random)));
            var more = Inside(range, random);
            var old = VipElement.Of(before, VipFamily.Ipv4);
            var kept = VipElement.Of(before.Union([more]), VipFamily.Ipv4).Intersect(old).ToHashSet();
            int previous = old.FindLastIndex(element => element.First.Low < more.Base.Low);

            Assert.All(
                old.Where((element, i) => i != previous && !more.Contains(element.First)),
                element => Assert.True(kept.Contains(element), $"SEED={Seed}: {string.Join(' ', before)} + {more}"));
        }
    }

    [Theory]
    [InlineData("10.0.0.0", "10.0.0.255", "", "::ffff:10.0.0.0/120")]
    [InlineData("10.0.0.0", "10.0.0.255", "my web servers", "::ffff:10.0.0.0/120")]
    [InlineData("10.0.0.0", "10.0.0.6", "", "")]
    [InlineData("10.0.0.1", "10.0.0.2", "", "")]
    [InlineData("10.0.0.1", "10.0.0.255", "/8", "")]
    public void Elements_of_others_are_prefixes_where_they_can_be(
        string first, string last, string comment, string prefixes)
    {
        Address.TryParse(first, out var low);
        Address.TryParse(last, out var high);

        Assert.Equal(prefixes, string.Join(' ', new VipElement(low, high, comment).Prefixes(VipFamily.Ipv4)));
    }

    private static void AssertElements(string vips, string elements, VipFamily family)
    {
        var actual = VipElement.Of(Set(vips), family);

        Assert.Equal(elements, string.Join('|', actual.Select(element => element.Text(family))));
        Assert.Equal(Set(vips), VipSet.Of(actual.SelectMany(element => element.Prefixes(family))));
    }

    private static bool IsIn(Address address, VipElement element) =>
        (address.High, address.Low).CompareTo((element.First.High, element.First.Low)) >= 0
        && (address.High, address.Low).CompareTo((element.Last.High, element.Last.Low)) <= 0;
}
