using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Packets;

/// <summary>Where fragments are looked for hangs on a secret.</summary>
public class FragmentKeyTests
{
    private const int Keys = 500, Places = 1_024;

    /// <summary>Sources that take the seed out of a product, if there is one: of a word that is zero, or becomes so
    /// with a constant.</summary>
    public static TheoryData<ulong> LowerHalves => [0, ulong.MaxValue, 0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93];

    [Theory]
    [MemberData(nameof(LowerHalves))]
    public void Keys_that_meet_under_one_seed_do_not_under_another(ulong lowerHalf) => Seeded.Run(random =>
    {
        var one = new HashSeed((ulong)random.NextInt64(), (ulong)random.NextInt64());
        var other = new HashSeed((ulong)random.NextInt64(), (ulong)random.NextInt64());
        var source = new Address(0x2001_0db8_0000_0001, lowerHalf);
        var destination = new Address(0x2001_0db8_0000_0002, 1);
        FragmentKey[] meeting = [.. Enumerable.Range(0, Keys * Places)
            .Select(id => new FragmentKey(source, destination, IpProtocol.Udp, (uint)id))
            .Where(key => key.Hash(one) % Places == 0)];
        Assert.InRange(meeting.Length, Keys / 2, 2 * Keys);
        int still = meeting.Count(key => key.Hash(other) % Places == 0);
        Assert.InRange(still, 0, Keys / 20);
    });

    [Fact]
    public void Every_part_of_a_key_counts()
    {
        var key = new FragmentKey(new Address(1, 2), new Address(3, 4), IpProtocol.Udp, 5);
        var seed = new HashSeed(6, 7);
        uint[] hashes =
        [
            key.Hash(seed), key.Hash(new HashSeed(7, 6)),
            .. new[]
            {
                key with { Source = new Address(9, 2) }, key with { Source = new Address(1, 9) },
                key with { Destination = new Address(9, 4) }, key with { Destination = new Address(3, 9) },
                key with { Protocol = IpProtocol.Tcp }, key with { Id = 9 },
            }.Select(other => other.Hash(seed)),
        ];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }
}
