using System.Runtime.InteropServices;
using Nfqlb.FastPath;
using Nfqlb.Packets;
using Nfqlb.Routing;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.Tests.FastPath;

/// <summary>Exits as they stand in the map.</summary>
public class ExitTableTests
{
    private const int FirstTarget = 5, Mark = 101;

    private static readonly Exit Ipv4 = new(new LinkIndex(3), Address.FromIpv4(0xc000_0201), 1_500);
    private static readonly Exit Ipv6 = new(new LinkIndex(4), new Address(0x2001_0db8_0000_0001, 2), 1_280);

    private readonly byte[] _map = new byte[FastPathMemory.ExitBytes];
    private readonly ExitTable _table;

    public ExitTableTests() => _table = new ExitTable(_map);

    [Fact]
    public void A_target_has_one_in_each_family_by_its_mark()
    {
        Write([-1, Mark], (IpFamily.Ipv4, Ipv4), (IpFamily.Ipv6, Ipv6));

        Assert.Equal([Mark, 3, 1_500, 0x0102_00c0, 0, 0, 0], Record(slot: 1, IpFamily.Ipv4));
        Assert.Equal([Mark, 4, 1_280, 0xb80d_0120, 0x0100_0000, 0, 0x0200_0000], Record(slot: 1, IpFamily.Ipv6));
        Assert.Equal(0u, Number(slot: 0, IpFamily.Ipv4));
        Assert.Equal(2, _map.Chunk(FASTPATH_EXIT_WORDS * sizeof(uint)).Count(record => record.Any(one => one != 0)));
    }

    /// <summary>The program reads a record only while its number stands.</summary>
    [Fact]
    public void Each_change_has_a_number_of_its_own_and_what_is_the_same_keeps_it()
    {
        Write([Mark], (IpFamily.Ipv4, Ipv4));
        uint first = Number(slot: 0, IpFamily.Ipv4);
        Write([Mark], (IpFamily.Ipv4, Ipv4));
        Assert.Equal(first, Number(slot: 0, IpFamily.Ipv4));

        Write([Mark], (IpFamily.Ipv4, Ipv4 with { MtuBytes = 9_000 }));
        uint second = Number(slot: 0, IpFamily.Ipv4);
        Write([Mark], (IpFamily.Ipv4, Ipv4));
        Assert.Equal(3, new HashSet<uint> { first, second, Number(slot: 0, IpFamily.Ipv4) }.Count);
    }

    [Fact]
    public void What_has_none_any_more_or_another_mark_goes()
    {
        Write([Mark], (IpFamily.Ipv4, Ipv4), (IpFamily.Ipv6, Ipv6));
        Write([Mark], (IpFamily.Ipv6, Ipv6));
        Assert.Equal(0u, Number(slot: 0, IpFamily.Ipv4));
        Assert.NotEqual(0u, Number(slot: 0, IpFamily.Ipv6));

        Write([Mark + 1], (IpFamily.Ipv6, Ipv6));
        Assert.Equal(0u, Number(slot: 0, IpFamily.Ipv6));
    }

    private void Write(int[] marks, params (IpFamily Family, Exit Exit)[] exits) => _table.Write(
        FirstTarget, marks, exits.ToDictionary(one => new ExitKey(one.Family, Mark), one => one.Exit));

    private uint Number(int slot, IpFamily family) => Words(slot, family)[FASTPATH_EXIT_NUMBER];

    private uint[] Record(int slot, IpFamily family) => Words(slot, family)[FASTPATH_EXIT_MARK..];

    private uint[] Words(int slot, IpFamily family)
    {
        int place = 2 * (FirstTarget + slot) + (family == IpFamily.Ipv6 ? 1 : 0);
        return MemoryMarshal.Cast<byte, uint>(_map)
            .Slice(place * FASTPATH_EXIT_WORDS, FASTPATH_EXIT_WORDS).ToArray();
    }
}
