using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Ethtool;
using Nfqlb.Linux.Tests.Netlink.Routing;
using Nfqlb.Routing;

namespace Nfqlb.Linux.Tests.Netlink.Ethtool;

/// <summary>What the kernel does with a veth.</summary>
public sealed class EthtoolSocketTests
{
    [KernelFact]
    public void A_feature_is_switched_alone_and_back() => Run(ethtool =>
    {
        Assert.Equal(new LinkFeature("lb0", LinkFeature.UdpGroForwarding, false, true), ReadUdpGro(ethtool));
        var before = ethtool.Read("lb0", "rx-gro");

        ethtool.Set("lb0", LinkFeature.UdpGroForwarding, isOn: true);
        Assert.Equal(new LinkFeature("lb0", LinkFeature.UdpGroForwarding, true, true) { IsWanted = true },
            ReadUdpGro(ethtool));
        Assert.False(ethtool.Read("lb1", LinkFeature.UdpGroForwarding)!.IsActive);
        Assert.Equal(before, ethtool.Read("lb0", "rx-gro"));

        // Asked for once more it is no error.
        ethtool.Set("lb0", LinkFeature.UdpGroForwarding, isOn: true);
        ethtool.Set("lb0", LinkFeature.UdpGroForwarding, isOn: false);
        Assert.False(ReadUdpGro(ethtool)!.IsActive);
    });

    [KernelFact]
    public void Refusals_are_the_kernels() => Run(ethtool =>
    {
        var error = Assert.Throws<NetlinkException>(() => ReadUdpGro(ethtool, "lb9"));
        Assert.Equal(
            (LibC.ENODEV, "rx-udp-gro-forwarding of lb9: No such device: no device matches name"),
            (error.Errno, error.Message));

        Assert.Null(ethtool.Read("lb0", "rx-teleport"));
        error = Assert.Throws<NetlinkException>(() => ethtool.Set("lb0", "rx-teleport", isOn: true));
        Assert.Equal("rx-teleport on of lb0: Operation not supported: bit name not found", error.Message);
    });

    [KernelFact]
    public void What_a_link_cannot_do_is_not_told_as_done() => Run(ethtool =>
    {
        const string feature = "rx-gro-hw";
        Assert.False(ethtool.Read("lb0", feature)!.IsChangeable);
        var error = Assert.Throws<NetlinkException>(() => ethtool.Set("lb0", feature, isOn: true));
        Assert.Equal(LibC.EOPNOTSUPP, error.Errno);
        Assert.StartsWith("rx-gro-hw on of lb0: Operation not supported", error.Message, StringComparison.Ordinal);
    });

    /// <summary>A macvlan does what the link below it does. GRO is asked of every link that is made.</summary>
    [KernelTheory]
    [InlineData(LinkFeature.UdpGroForwarding, false)]
    [InlineData(LinkFeature.Gro, true)]
    public void A_wish_that_a_link_does_not_follow_is_taken_back_unless_it_was_there(string feature, bool isWanted) =>
        Run(ethtool =>
        {
            PrivateNetwork.Command("ip", "link add link lb0 name mv0 type macvlan");
            var before = ethtool.Read("mv0", feature);
            Assert.Equal(
                new LinkFeature("mv0", feature, IsActive: false, IsChangeable: true) { IsWanted = isWanted }, before);

            var error = Assert.Throws<NetlinkException>(() => ethtool.Set("mv0", feature, isOn: true));
            Assert.Equal(
                $"{feature} on of mv0: Operation not supported: the kernel took it and left the link as it was",
                error.Message);
            Assert.Equal(before, ethtool.Read("mv0", feature));
        });

    [KernelFact]
    public void A_family_that_is_not_there_is_named() => PrivateNetwork.Run(() =>
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Generic);
        var error = Assert.Throws<NetlinkException>(() => GenericFamily.Find(socket, "no-such-thing"));
        Assert.Equal("netlink family no-such-thing: No such file or directory", error.Message);
    });

    private static LinkFeature? ReadUdpGro(EthtoolSocket ethtool, string link = "lb0") =>
        ethtool.Read(link, LinkFeature.UdpGroForwarding);

    private static void Run(Action<EthtoolSocket> body) => RoutingLab.Run(_ =>
    {
        using var ethtool = EthtoolSocket.Open();
        body(ethtool);
    });
}
