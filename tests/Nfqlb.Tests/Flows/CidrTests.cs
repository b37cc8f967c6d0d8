using System.Collections;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Tests.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Flows;

/// <summary>Blocks of addresses against a comparison bit by bit.</summary>
public class CidrTests
{
    private const int Cases = 100_000;

    [Fact]
    public void An_address_is_inside_when_its_first_bits_are_the_block_s() => Seeded.Run(random =>
    {
        int inside = 0;
        for (int i = 0; i < Cases; i++)
        {
            byte[] block = SampleAddresses.RandomAddress(random);
            int length = random.Next(129);
            byte[] address = [.. block];
            int flipped = random.Next(129);
            if (flipped < 128)
            {
                address[flipped / 8] ^= (byte)(0x80 >> flipped % 8);
            }
            Assert.True(Cidr.TryParse($"{Address.FromIpv6(block)}/{length}", out var cidr, out string reason), reason);
            bool expected = BitsOf(block).Take(length).SequenceEqual(BitsOf(address).Take(length));
            Assert.Equal(expected, cidr.Contains(Address.FromIpv6(address)));
            inside += expected ? 1 : 0;
        }
        Assert.InRange(inside, Cases / 4, Cases * 3 / 4);
    });

    [Fact]
    public void An_IPv4_block_contains_what_its_first_bits_say_and_no_IPv6() => Seeded.Run(random =>
    {
        for (int i = 0; i < Cases; i++)
        {
            uint block = (uint)random.NextInt64(0x1_0000_0000);
            uint address = random.Next(33) is var bit and < 32 ? block ^ (1u << bit) : block;
            int length = random.Next(33);
            string text = $"{block >> 24}.{block >> 16 & 255}.{block >> 8 & 255}.{block & 255}/{length}";
            Assert.True(Cidr.TryParse(text, out var cidr, out string reason), reason);
            bool expected = (block ^ address) == 0 || 31 - (int)uint.Log2(block ^ address) >= length;
            Assert.Equal(expected, cidr.Contains(Address.FromIpv4(address)));
            Assert.False(cidr.Contains(new Address(1, Address.FromIpv4(address).Low)));
        }
    });

    [Theory]
    [InlineData("10.0.0.0/32", "::ffff:10.0.0.0/128")]
    [InlineData("192.168.2.0/24", "::ffff:192.168.2.0/120")]
    [InlineData("0.0.0.0/0", "::ffff:0.0.0.0/96")]
    [InlineData("2000::/64", "2000::/64")]
    [InlineData("1000::/128", "1000::/128")]
    [InlineData("::/0", "::/0")]
    [InlineData("1000::1:20.0.0.0/120", "1000::1:1400:0/120")]
    [InlineData("::ffff:10.0.0.0/104", "::ffff:10.0.0.0/104")]
    [InlineData("10.1.2.3/8", "::ffff:10.0.0.0/104")] // bits behind the prefix are cleared
    [InlineData("2001:db8:ffff::1/33", "2001:db8:8000::/33")]
    [InlineData("10.0.0.1/008", "::ffff:10.0.0.0/104")]
    public void Reads_and_prints_as_1_2_0_lists_it(string text, string printed)
    {
        Assert.True(Cidr.TryParse(text, out var cidr, out string reason), reason);
        Assert.Equal(printed, cidr.ToString());
    }

    [Theory]
    [InlineData("10.0.0.0", "no prefix length")]
    [InlineData("", "no prefix length")]
    [InlineData("/8", "not an address")]
    [InlineData("10.0.0/8", "not an address")]
    [InlineData("10.0.0.0/33", "the prefix length must be from 0 to 32")]
    [InlineData("10.0.0.0/", "the prefix length must be from 0 to 32")]
    [InlineData("10.0.0.0/-1", "the prefix length must be from 0 to 32")]
    [InlineData("10.0.0.0/ 8", "the prefix length must be from 0 to 32")]
    [InlineData("10.0.0.0/8/8", "the prefix length must be from 0 to 32")]
    [InlineData("::/129", "the prefix length must be from 0 to 128")]
    [InlineData("::/4294967296", "the prefix length must be from 0 to 128")]
    [InlineData("::1%lo/64", "not an address")]
    public void Refuses_with_a_reason(string text, string expected)
    {
        Assert.False(Cidr.TryParse(text, out _, out string reason));
        Assert.Equal(expected, reason);
    }

    [Fact]
    public void Slash_0_of_IPv6_contains_everything_and_that_of_IPv4_all_of_IPv4()
    {
        Assert.True(Cidr.TryParse("::/0", out var all, out _));
        Assert.True(Cidr.TryParse("0.0.0.0/0", out var ipv4, out _));
        var v4 = Address.FromIpv4(0xc0a80101);
        var v6 = new Address(0x2001_0db8_0000_0000, 1);
        Assert.Equal((true, true), (all.Contains(v4), all.Contains(v6)));
        Assert.Equal((true, false), (ipv4.Contains(v4), ipv4.Contains(v6)));
    }

    /// <summary>The bits of an address, the highest first.</summary>
    private static IEnumerable<bool> BitsOf(byte[] address)
    {
        var lowestFirst = new BitArray(address.Reverse().ToArray());
        return lowestFirst.Cast<bool>().Reverse();
    }
}
