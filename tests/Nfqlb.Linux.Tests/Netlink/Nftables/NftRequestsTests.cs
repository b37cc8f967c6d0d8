using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Queues;
using static Nfqlb.Linux.Tests.Netlink.Nftables.Vips;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>What is sent is what nft sends for the commands written beside its bytes, in tests/data/nftables.</summary>
public sealed class NftRequestsTests
{
    private static readonly NftablesState State =
        new(VipSet.Empty, QueuesOf("0:3") with { Bypass = true, FanOut = true }, WithoutConntrack: true);

    [Fact]
    public void A_table_is_made_as_nft_makes_it() =>
        AssertSends("table-with-queue.txt", batch => NftablesPlan
            .Between(NftablesReading.Absent(generation: 0), State).Write(batch, QueueKind.Native));

    [Fact]
    public void A_table_is_deleted_as_nft_deletes_it() =>
        AssertSends("delete-table.txt", batch => NftRequests.DeleteTable(batch, ""));

    [Fact]
    public void A_chain_is_emptied_and_deleted_as_nft_does_it() =>
        AssertSends("delete-chain.txt", batch =>
        {
            NftRequests.DeleteRules(batch, NftChain.Raw, "");
            NftRequests.DeleteChain(batch, NftChain.Raw, "");
        });

    [Fact]
    public void Elements_of_IPv4_are_added_as_nft_adds_them() =>
        AssertSends("add-elements-ipv4.txt", batch => Add(batch, VipFamily.Ipv4,
            "0.0.0.0/8 10.0.0.0/24 10.0.1.0/24 172.16.0.0/12 172.16.1.0/24 198.51.100.1/32 224.0.0.0/3"));

    [Fact]
    public void Elements_of_IPv4_are_deleted_as_nft_deletes_them() =>
        AssertSends("delete-elements-ipv4.txt", batch => NftRequests.DeleteElements(
            batch, VipFamily.Ipv4, VipElement.Of(Set("10.0.0.0/24 224.0.0.0/3"), VipFamily.Ipv4), ""));

    [Fact]
    public void Elements_of_IPv6_are_added_as_nft_adds_them() =>
        AssertSends("add-elements-ipv6.txt", batch =>
        {
            Add(batch, VipFamily.Ipv4, "203.0.113.9/32");
            Add(batch, VipFamily.Ipv6,
                "2001:db8::/64 2001:db8:0:1::/64 2001:db8:5::1/128 fe00::/8 fe00::/128 ff00::/8");
        });

    [Fact]
    public void A_batch_asks_for_its_generation_in_its_begin()
    {
        var batch = new NetlinkBatch();
        NftRequests.Begin(batch, generation: 0x01020304);

        // struct nfgenmsg with the subsystem, NFNL_BATCH_GENID.
        Assert.Equal(
            "1c000000" + "10000100" + "0000000000000000" + "0000000a" + "0800010001020304",
            Assert.Single(Capture.LinesOf(batch)));
    }

    /// <summary>No list outgrows its attribute, and all elements are in one.</summary>
    [Fact]
    public void Many_elements_need_many_requests()
    {
        var prefixes = Enumerable.Range(0, 10_000).Select(i => Prefix($"2001:db8:{i:x}::/{i % 16 + 48}"));
        var elements = VipElement.Of(VipSet.Of(prefixes), VipFamily.Ipv6);
        var batch = new NetlinkBatch();
        NftRequests.NewElements(batch, VipFamily.Ipv6, elements, "");

        Assert.InRange(batch.Count, 10, 20);
        var read = new NftElements(VipFamily.Ipv6);
        foreach (string line in Capture.LinesOf(batch))
        {
            ReadOnlySpan<byte> datagram = Convert.FromHexString(line);
            read.Read(NetlinkMessage.Take(ref datagram).Read<UapiNftables.nfgenmsg>(out _));
        }

        Assert.Equal(elements, read.ToList());
    }

    private static void AssertSends(string capture, Action<NetlinkBatch> write)
    {
        var batch = new NetlinkBatch();
        NftRequests.Begin(batch, generation: null);
        write(batch);
        NftRequests.End(batch);
        Assert.Equal(Capture.Of(capture).Lines, Capture.LinesOf(batch));
    }

    private static void Add(NetlinkBatch batch, VipFamily family, string vips) =>
        NftRequests.NewElements(batch, family, VipElement.Of(Set(vips), family), "");
}
