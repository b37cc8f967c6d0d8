using Nfqlb.Linux.Netlink.Nftables;
using static Nfqlb.Linux.Tests.Netlink.Nftables.Vips;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>The part of the table that spreads by ports, in the real kernel.</summary>
public sealed class PortSpreadTests
{
    private static readonly NftablesState ByAddresses = State("10.0.0.1/32 2001:db8::1/128", "4:7");
    private static readonly NftablesState ByPorts =
        ByAddresses with { Queue = ByAddresses.Queue with { ByPorts = true, Bypass = true } };

    [KernelFact]
    public void There_and_back_and_to_other_queues() => PrivateNetwork.Run(() =>
    {
        using var table = VipTable.Open();
        var others = ByPorts with { Queue = QueuesOf("0:1") with { ByPorts = true } };
        foreach (var state in new[] { ByPorts, ByAddresses, ByPorts, others, ByPorts, ByAddresses })
        {
            Assert.False(table.Set(state).IsEmpty);
            Assert.Equal(state, table.Read().State);
            Assert.True(table.Set(state).IsEmpty);
        }

        Assert.DoesNotContain("spread", Nft("list ruleset"), StringComparison.Ordinal);
        Assert.DoesNotContain("map", Nft("list ruleset"), StringComparison.Ordinal);
        Assert.True(table.Delete());
    });

    [KernelFact]
    public void Nft_lists_what_is_meant() => PrivateNetwork.Run(() =>
    {
        using var table = VipTable.Open();
        table.Set(ByPorts);

        string listed = Words(Nft("list ruleset"));

        Assert.Contains("ip daddr @vip4 counter packets 0 bytes 0 goto spread4", listed, StringComparison.Ordinal);
        Assert.Contains("ip6 daddr @vip6 counter packets 0 bytes 0 goto spread6", listed, StringComparison.Ordinal);
        Assert.Contains(
            "meta l4proto tcp jhash @nh,96,64 . @th,0,32 mod 4 vmap @queues", listed, StringComparison.Ordinal);
        Assert.Contains("jhash @nh,64,256 mod 4 vmap @queues", listed, StringComparison.Ordinal);
        Assert.Contains(": goto queue7", listed, StringComparison.Ordinal);
    });

    [KernelFact]
    public void What_others_did_is_put_right() => PrivateNetwork.Run(() =>
    {
        string[] deeds =
        [
            "flush chain inet nfqlb queue5", "flush map inet nfqlb queues",
            "flush chain inet nfqlb spread4", "flush chain inet nfqlb prerouting",
            "add rule inet nfqlb queue6 drop", "insert rule inet nfqlb spread6 accept",
            "add chain inet nfqlb queue9", "flush ruleset",
        ];
        using var table = VipTable.Open();
        table.Set(ByPorts);
        foreach (string deed in deeds)
        {
            Nft(deed);

            Assert.False(table.Set(ByPorts).IsEmpty, deed);
            Assert.Equal(ByPorts, table.Read().State);
            Assert.True(table.Set(ByPorts).IsEmpty, deed);
        }
    });

    /// <summary>Deleting a base chain would drop all that waits in queues.</summary>
    [KernelFact]
    public void No_base_chain_goes() => PrivateNetwork.Run(() =>
    {
        using var table = VipTable.Open();
        table.Set(ByAddresses);
        string[] lines = [.. table.Set(ByPorts).Lines, .. table.Set(ByAddresses).Lines];

        Assert.DoesNotContain("- chain prerouting", lines);
        Assert.DoesNotContain("- chain output", lines);
        Assert.Contains("+ map queues", lines);
        Assert.Contains("+ element queues 3: goto queue7", lines);
        Assert.Contains("- map queues", lines);
        Assert.Contains("- chain spread4", lines);
    });

    private static string Nft(string arguments) => PrivateNetwork.Command("nft", arguments);

    private static string Words(string text) =>
        string.Join(' ', text.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
