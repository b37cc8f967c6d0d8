using Nfqlb.Flows;
using Nfqlb.Flows.Index;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>Prefixes of addresses bit by bit, and of port ranges port by port.</summary>
public class PrefixTests
{
    private const int MostPrefixes = 30;

    [Fact]
    public void Masking_keeps_the_first_bits_and_clears_the_others() => Seeded.Run(random =>
    {
        for (int length = 0; length <= 128; length++)
        {
            UInt128[] keys = [0, UInt128.MaxValue, PlainPacket.RandomAddress(random)];
            foreach (var key in keys)
            {
                var masked = Prefix.Mask(PlainBlock.AddressOf(key), length);
                string expected = key.ToString("b128")[..length].PadRight(128, '0');
                Assert.Equal(expected, masked.High.ToString("b64") + masked.Low.ToString("b64"));
            }
        }
    });

    [Fact]
    public void Any_is_the_prefix_of_no_bits()
    {
        Assert.Equal(0, Prefix.Any.Length);
        Assert.Equal(Prefix.Any.Key, Prefix.Mask(new Address(ulong.MaxValue, ulong.MaxValue), 0));
    }

    [Theory]
    [InlineData(80, 80, "80/16")]
    [InlineData(80, 81, "80/15")]
    [InlineData(81, 82, "81/16 82/16")]
    [InlineData(1, 7, "1/16 2/15 4/14")]
    [InlineData(0, 65_535, "0/0")]
    [InlineData(32_768, 65_535, "32768/1")]
    [InlineData(65_535, 65_535, "65535/16")]
    [InlineData(8_000, 8_080, "8000/10 8064/12 8080/16")]
    public void A_range_of_ports_as_prefixes(int first, int last, string expected) =>
        Assert.Equal(expected, string.Join(' ', Of(first, last).Select(prefix => $"{prefix.Port}/{prefix.Length}")));

    [Fact]
    public void All_ranges_among_the_first_the_last_and_the_middle_ports()
    {
        foreach (int from in new[] { 0, 32_768 - 40, 65_535 - 80 })
        {
            for (int first = from; first <= from + 80; first++)
            {
                for (int last = first; last <= from + 80; last++)
                {
                    AssertExactCover(first, last);
                }
            }
        }
    }

    [Fact]
    public void Random_ranges_of_any_size() => Seeded.Run(random =>
    {
        for (int i = 0; i < 50_000; i++)
        {
            int first = random.Next(65_536);
            AssertExactCover(first, random.Next(first, 65_536));
        }
    });

    [Fact]
    public void The_worst_range_is_30_prefixes() => Assert.Equal(MostPrefixes, Of(1, 65_534).Count());

    /// <summary>Each prefix begins where the last one ended, on a border of its own size; no two could be
    /// one.</summary>
    private static void AssertExactCover(int first, int last)
    {
        int next = first;
        int count = 0;
        foreach (var (port, length) in Of(first, last))
        {
            int size = 1 << (16 - length);
            if (port != next || port % size != 0)
            {
                Assert.Fail($"{first}-{last}: {port}/{length} does not follow {next - 1}");
            }
            next += size;
            count++;
        }
        Assert.Equal(last + 1, next);
        Assert.InRange(count, 1, MostPrefixes);
    }

    private static IEnumerable<(ushort Port, int Length)> Of(int first, int last) =>
        Prefix.OfPorts(new PortRange((ushort)first, (ushort)last));
}
