using System.Text.Json;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Maglev;

/// <summary>The answers of `nfqlb fwmark` 1.2.0: from a tuple over hash, entry and slot to the mark.</summary>
public class RecordedLookupsTests
{
    [Fact]
    public void Every_tuple_goes_where_it_went()
    {
        var recorded = TestData.Json("hash-fwmark.json");
        var size = new PoolSize(recorded.GetProperty("M").GetInt32(), recorded.GetProperty("N").GetInt32());
        var pool = PoolSegment.Format(new byte[PoolSegment.BytesFor(size)], size, ownMark: 0);
        var marks = Enumerable.Repeat(-1, size.Slots).ToArray();
        int slot = 0;
        foreach (var mark in recorded.GetProperty("activate").EnumerateArray())
        {
            marks[slot++] = mark.GetInt32();
        }
        pool.Publish(marks);

        var lookups = recorded.GetProperty("lookups").EnumerateArray().ToList();
        Assert.Equal(300, lookups.Count);
        foreach (var lookup in lookups)
        {
            uint hash = HashOf(lookup);
            Assert.Equal(lookup.GetProperty("hash").GetUInt32(), hash);

            var location = pool.Locate(hash);
            Assert.Equal(lookup.GetProperty("lookupindex").GetInt32(), location.Entry);
            Assert.Equal(lookup.GetProperty("activeindex").GetInt32(), location.Slot);
            Assert.Equal(lookup.GetProperty("fwmark").GetInt32(), location.Mark?.Value);
        }
    }

    /// <summary>Where no protocol was given, `fwmark` hashes the addresses alone.</summary>
    private static uint HashOf(JsonElement lookup)
    {
        Assert.True(Address.TryParse(lookup.GetProperty("src").GetString(), out var source));
        Assert.True(Address.TryParse(lookup.GetProperty("dst").GetString(), out var destination));
        var mode = (HashMode)lookup.GetProperty("hash_mode").GetInt32();
        var key = new PacketKey(
            source, destination, default,
            lookup.GetProperty("sport").GetUInt16(), lookup.GetProperty("dport").GetUInt16());
        return lookup.GetProperty("proto").GetString() is { } protocol
            ? mode.Hash(key with { Protocol = Enum.Parse<IpProtocol>(protocol, ignoreCase: true) })
            : FlowHash.OfAddresses(key);
    }
}
