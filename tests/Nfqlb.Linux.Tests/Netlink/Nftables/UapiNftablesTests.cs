using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Linux.Tests.Interop;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>Constants and structs are what the kernel's headers say.</summary>
public sealed class UapiNftablesTests
{
    private static readonly string[] Headers =
    [
        "sys/socket.h", "linux/netlink.h", "linux/netfilter.h", "linux/netfilter_ipv4.h",
        "linux/netfilter/nfnetlink.h", "linux/netfilter/nf_tables.h", "linux/netfilter/nf_tables_compat.h",
        "linux/netfilter/xt_NFQUEUE.h",
    ];

    [Fact]
    public void Of_netfilter() =>
        Assert.Equal("", CHeader.Compile("/", Headers, CHeader.Assertions(typeof(UapiNftables))));

    [Fact]
    public void All_of_it_is_looked_at()
    {
        string all = string.Join('\n', CHeader.Assertions(typeof(UapiNftables)));

        Assert.Contains("NFT_MSG_DELSETELEM == 14", all, StringComparison.Ordinal);
        Assert.Contains("NF_IP_PRI_RAW_BEFORE_DEFRAG == -450", all, StringComparison.Ordinal);
        Assert.Contains("offsetof(struct xt_NFQ_info_v3, flags) == 4", all, StringComparison.Ordinal);
        Assert.Contains("sizeof(struct nfgenmsg) == 4", all, StringComparison.Ordinal);
    }
}
