using Nfqlb.FastPath;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Tests.Flows;
using Nfqlb.Tests.Flows.Index;

namespace Nfqlb.Tests.FastPath;

/// <summary>The kernel reckons one hash. Packets of flows and pools with another one are left to user space.</summary>
public class OtherHashTests
{
    private static readonly PoolSize Size = new(101, 4);

    [Theory]
    [InlineData(null, true)]
    [InlineData("5-tuple", true)]
    [InlineData("src", false)]
    [InlineData("5-tuple,symmetric", false)]
    public void A_flow_is_decided_only_if_its_packets_have_the_hash_of_the_kernel(string? fields, bool isDecided)
    {
        var flow = new FlowText
        {
            Name = "f", Target = "lb", Protocols = "tcp", Destinations = "20.0.0.1/32", Hash = fields,
        };
        var table = new FlowTable(workers: 1);
        table.Set(flow.Parse(), NamedPools.Of("lb"));
        Assert.True(Cidr.TryParse("20.0.0.1/32", out var vip, out _));
        var image = new FastPathCompiler(new AnyPlace()).Compile(table.Current, [vip]);
        var ipv4 = (UInt128)0xffff << 32;
        var packet = new PlainPacket(
            PacketKind.Ports, PlainPacket.Tcp, ipv4 + 0x0a00_0001, ipv4 + 0x1400_0001, 1_000, 80, 0);
        Assert.Equal(isDecided, new PlainImage(image.Words).FlowOf(packet) is not null);
    }

    [Fact]
    public void A_keyed_pool_has_no_place_in_the_kernel()
    {
        var tables = new PoolTables(new byte[FastPathMemory.PoolBytes]);
        Assert.Null(tables.PlaceOf(new TargetPool(new PoolName("keyed"), Segment(new HashSeed(1, 2)), workers: 1)));
        Assert.Empty(tables.Pools);

        // One that becomes keyed gives its place up, and has it again when it is as it was.
        var pool = new TargetPool(new PoolName("pool"), Segment(null), workers: 1);
        Assert.NotNull(tables.PlaceOf(pool));
        var placed = Assert.Single(tables.Pools);
        foreach (bool isKeyed in (bool[])[true, false, true])
        {
            pool.Segment = Segment(isKeyed ? new HashSeed(1, 2) : null);
            Assert.Equal(1, tables.Refresh());
            Assert.Equal(!isKeyed, placed.HasRoom);
        }
    }

    private static PoolSegment Segment(HashSeed? seed)
    {
        var shape = new PoolShape(Size, seed);
        return PoolSegment.Format(new byte[PoolSegment.BytesFor(shape)], shape, new PoolSettings(0));
    }
}
