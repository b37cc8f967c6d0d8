using System.Collections;
using FsCheck;
using FsCheck.Fluent;
using Nfqlb.Flows;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Flows;

/// <summary>Sets of ports against an array of 65,536 bits.</summary>
public class PortSetTests
{
    [Fact]
    public void Any_set_contains_what_the_bits_say_and_lists_it_shortest() => Seeded.ForAll(Ranges(), ranges =>
    {
        var ports = new PortSet(ranges);
        var bits = BitsOf(ranges);
        for (int port = 0; port <= ushort.MaxValue; port++)
        {
            bool expected = ranges.Count == 0 || bits[port];
            if (ports.Contains((ushort)port) != expected)
            {
                Assert.Fail($"port {port} is {(expected ? "not " : "")}contained");
            }
        }
        Assert.Equal(RunsOf(bits), ports.Select(range => ((int)range.First, (int)range.Last)));
        Assert.Equal(ports.Count, ports.ToList().Count);
        Assert.Equal(ranges.Count == 0, ports.IsAny);
    }, count: 300);

    [Fact]
    public void All_sets_of_two_ranges_within_six_ports()
    {
        PortRange[] ranges =
        [
            .. from first in Enumerable.Range(1, 6)
               from last in Enumerable.Range(first, 7 - first)
               select new PortRange((ushort)first, (ushort)last),
        ];
        foreach (var one in ranges)
        {
            foreach (var other in ranges)
            {
                var ports = new PortSet([one, other]);
                Assert.Equal(RunsOf(BitsOf([one, other])), ports.Select(r => ((int)r.First, (int)r.Last)));
                Assert.Equal(ports, new PortSet([other, one]));
                Assert.Equal(ports.GetHashCode(), new PortSet([other, one]).GetHashCode());
            }
        }
    }

    [Theory]
    [InlineData("22,200-300,44,20000", "22 44 200-300 20000")] // recorded
    [InlineData("1-10,5-20,30,31,32", "1-20 30-32")] // recorded
    [InlineData("65535,1", "1 65535")]
    [InlineData("1-65535,80", "1-65535")]
    [InlineData("2-3,1-4", "1-4")]
    [InlineData("65534,65535", "65534-65535")]
    [InlineData("0080", "80")]
    public void Lists_sorted_and_joined(string text, string listed)
    {
        var ports = new PortSet(text.Split(',').Select(Parse));
        Assert.Equal(listed, string.Join(' ', ports));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("70000")]
    [InlineData("0-80")]
    [InlineData("80-65536")]
    [InlineData("-80")]
    [InlineData("80-")]
    [InlineData("1-2-3")]
    [InlineData("+80")]
    [InlineData(" 80")]
    [InlineData("0x50")]
    [InlineData("http")]
    [InlineData("99999999999999999999")]
    public void A_port_is_a_number_from_1_to_65535(string text)
    {
        Assert.False(PortRange.TryParse(text, out _, out string reason));
        Assert.Equal("a port must be from 1 to 65535", reason);
    }

    [Fact]
    public void A_range_does_not_run_backwards()
    {
        Assert.False(PortRange.TryParse("81-80", out _, out string reason));
        Assert.Equal("the range ends before it begins", reason);
    }

    private static PortRange Parse(string text)
    {
        Assert.True(PortRange.TryParse(text, out var range, out string reason), reason);
        return range;
    }

    /// <summary>Often near each other, so that they touch and overlap, and near the ends.</summary>
    private static Gen<List<PortRange>> Ranges() => Gen.ListOf(
        from middle in Gen.Elements(1, 50, 100, 65_535)
        from first in Gen.Choose(middle - 30, middle + 30)
        from length in Gen.Choose(0, 15)
        let low = Math.Clamp(first, 1, 65_535)
        select new PortRange((ushort)low, (ushort)Math.Clamp(first + length, low, 65_535)))
        .Select(ranges => ranges.ToList());

    private static BitArray BitsOf(IEnumerable<PortRange> ranges)
    {
        var bits = new BitArray(65_536);
        foreach (var range in ranges)
        {
            for (int port = range.First; port <= range.Last; port++)
            {
                bits[port] = true;
            }
        }
        return bits;
    }

    private static List<(int, int)> RunsOf(BitArray bits)
    {
        var runs = new List<(int First, int Last)>();
        for (int port = 0; port < bits.Length; port++)
        {
            if (bits[port] && port > 0 && bits[port - 1])
            {
                runs[^1] = (runs[^1].First, port);
            }
            else if (bits[port])
            {
                runs.Add((port, port));
            }
        }
        return runs;
    }
}
