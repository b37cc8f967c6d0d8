using Nfqlb.Linux.Netlink.Uapi;
using Nfqlb.Linux.Tests.Interop;

namespace Nfqlb.Linux.Tests.Netlink;

/// <summary>Constants and structs of netlink are what the kernel's headers say.</summary>
public sealed class UapiTests
{
    /// <summary>Each class with the header it mirrors.</summary>
    public static TheoryData<Type, string> Mirrors => new()
    {
        { typeof(UapiNetlink), "linux/netlink.h" },
        { typeof(UapiRtnetlink), "linux/rtnetlink.h" },
        { typeof(UapiFibRules), "linux/fib_rules.h" },
        { typeof(UapiIf), "linux/if.h" },
        { typeof(UapiIfArp), "linux/if_arp.h" },
        { typeof(UapiIfLink), "linux/if_link.h" },
        { typeof(UapiPktSched), "linux/pkt_sched.h" },
        { typeof(UapiPktCls), "linux/pkt_cls.h" },
        { typeof(UapiIfAddr), "linux/if_addr.h" },
        { typeof(UapiNeighbour), "linux/neighbour.h" },
        { typeof(UapiXfrm), "linux/xfrm.h" },
        { typeof(UapiGenericNetlink), "linux/genetlink.h" },
        { typeof(UapiEthtool), "linux/ethtool_netlink.h" },
    };

    [Theory, MemberData(nameof(Mirrors))]
    public void Of_each_header(Type mirror, string header) =>
        Assert.Equal("", CHeader.Compile("/", ["sys/socket.h", header], CHeader.Assertions(mirror)));

    [Fact]
    public void No_mirror_is_left_out()
    {
        var mirrors = typeof(UapiNetlink).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(UapiNetlink).Namespace && !type.IsNested).ToHashSet();

        Assert.Equal(mirrors, [.. Mirrors.Select(row => (Type)row[0])]);
    }
}
