using System.Net.NetworkInformation;
using Nfqlb.Linux.Tests.Support;
using Nfqlb.Linux.Tun;
using static Nfqlb.Linux.Tests.Support.NetworkNamespace;

namespace Nfqlb.Linux.Tests.Tun;

/// <summary>On the real kernel, each test in a network namespace of its own.</summary>
public sealed class HeldTunTests
{
    private const string Name = "held0";

    [KernelFact]
    public void It_is_there_and_up_without_addresses_as_long_as_one_holds_it() => Run(() =>
    {
        Assert.Null(HeldTun.TryJoin(Name));
        Assert.False(IsThere());

        var first = HeldTun.Open(Name);
        first.SetUp();
        Shell($"ip link show up dev {Name} | grep -q {Name}; ! ip address show dev {Name} | grep inet");
        Shell($"ip route add 203.0.113.10 dev {Name} table 4000; ip route add 2001:db8::10 dev {Name} table 4000");

        var second = HeldTun.TryJoin(Name);
        Assert.Equal(first.Link, second?.Link);
        first.Dispose();
        Shell("ip route show table 4000 | grep -q 203.0.113.10; ip -6 route show table 4000 | grep -q 2001:db8::10");

        second!.Dispose();
        Assert.False(IsThere());
        Shell("! ip route show table 4000 | grep 203; ! ip -6 route show table 4000 | grep 2001");
    });

    [KernelFact]
    public void Devices_of_others_are_refused() => Run(() =>
    {
        Shell("ip tuntap add mode tun name tun0; ip tuntap add mode tun name tun1 multi_queue; "
            + "ip link add v0 type veth peer name v1");
        Assert.Equal("tun device tun0: another device has this name", Refusal("tun0"));
        Assert.Equal(
            "tun device tun1: it is persistent: what leads to it would outlive this process", Refusal("tun1"));
        Assert.Equal("tun device v0: another device has this name", Refusal("v0"));
        Assert.Null(HeldTun.TryJoin("v0"));
    });

    [KernelFact]
    public void One_that_was_deleted_cannot_be_set_up() => Run(() =>
    {
        using var held = HeldTun.Open(Name);
        Shell($"ip link delete {Name}");
        Assert.ThrowsAny<SystemCallException>(held.SetUp);
    });

    private static bool IsThere() => NetworkInterface.GetAllNetworkInterfaces().Any(device => device.Name == Name);

    private static string Refusal(string name) => Assert.Throws<TunException>(() => HeldTun.Open(name)).Message;
}
