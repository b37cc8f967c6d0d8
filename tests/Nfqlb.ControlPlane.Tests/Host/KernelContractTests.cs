using Nfqlb.ControlPlane.Host;
using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Flows;
using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Tests.Netlink;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;
using Nfqlb.Tests.Support;

namespace Nfqlb.ControlPlane.Tests.Host;

/// <summary>The model answers as the kernel does: the same changes on both.</summary>
public class KernelContractTests
{
    private const int Steps = 300;

    private const string Links = """
        link set lo up
        link add lb0 index 4 type veth peer name lb1 index 5
        link set lb0 up
        link set lb1 up
        address add 172.16.1.1/24 dev lb0
        address add fd00::1/64 dev lb0 nodad

        """;

    [Fact]
    public void Random_changes_end_alike() => Seeded.Run(random => PrivateNetwork.Run(() =>
    {
        PrivateNetwork.Command("ip", "-batch -", Links);
        var real = new LinuxKernel();
        var model = new ModelKernel(new Fault());
        for (int i = 0; i < Steps; i++)
        {
            var change = Next(random);
            Assert.Equal(
                $"{i}: {change}: {Assert.Single(model.Carry([change])).Kind}",
                $"{i}: {change}: {Assert.Single(real.Carry([change])).Kind}");
            var tables = new HashSet<RoutingTable> { new(101), new(102) };
            Assert.Equal(Told(model.ReadRoutes(tables)), Told(real.ReadRoutes(tables)));
            Assert.Equal(model.ReadRules().Select(rule => $"{rule}"), real.ReadRules().Select(rule => $"{rule}"));
        }
    }));

    /// <summary>Also of a link that is not there, of what it cannot do, and of what the kernel does not know.</summary>
    [Fact]
    public void Features_end_alike() => Seeded.Run(random => PrivateNetwork.Run(() =>
    {
        PrivateNetwork.Command("ip", "-batch -", Links);
        IKernel real = new LinuxKernel(), model = new ModelKernel(new Fault());
        string[] names = [.. DesiredFeature.Names, "rx-gro-hw", "rx-teleport"];
        for (int i = 0; i < Steps; i++)
        {
            var key = new LinkFeatureKey(random.Next(6) == 0 ? "lb9" : "lb0", names[random.Next(names.Length)]);
            bool isOn = random.Next(2) == 0;
            string Told(IKernel kernel)
            {
                int error = 0;
                try
                {
                    kernel.SetFeature(key, isOn);
                }
                catch (NetlinkException e)
                {
                    error = e.Errno;
                }
                var features = names.Select(name => kernel.ReadFeature(key with { Link = "lb0", Name = name }));
                return $"{i}: {key} {isOn}: {error}: {string.Join(' ', features)}";
            }
            Assert.Equal(Told(model), Told(real));
        }
        int Errno(IKernel kernel) =>
            Assert.Throws<NetlinkException>(() => kernel.ReadFeature(new("lb9", names[0]))).Errno;
        Assert.Equal(Errno(model), Errno(real));
    }));

    [Fact]
    public void The_table_of_addresses_is_as_it_was_set() => Seeded.Run(random => PrivateNetwork.Run(() =>
    {
        var real = new LinuxKernel();
        for (int i = 0; i < 20; i++)
        {
            var content = random.Next(5) == 0 ? null : VipTableContent.Of(
                Enumerable.Range(1, random.Next(1, 5))
                    .Select(n => new Cidr(Address.FromIpv4(0xcb007100u + (uint)n), 128)),
                new DesiredQueues { Last = (ushort)random.Next(4), IsUntracked = random.Next(2) == 0 });
            real.SetVips(content);
            Assert.Equal(content, real.ReadVips());
        }
    }));

    private static IEnumerable<string> Told(IEnumerable<Route> routes) =>
        routes.Select(route => $"{route}").Order(StringComparer.Ordinal);

    private static Change Next(Random random)
    {
        var family = random.Next(2) == 0 ? IpFamily.Ipv4 : IpFamily.Ipv6;
        if (random.Next(2) == 0)
        {
            var match = FwmarkMatch.Exactly((uint)random.Next(1, 3));
            var rule = new RoutingRule(family, (uint)random.Next(10_000, 10_003), RuleAction.LookUp(new(101)))
            {
                Fwmark = match,
            };
            return new RuleChange(rule, random.Next(3) > 0) { When = Stage.AddRules };
        }
        var route = NextRoute(random, family);
        return random.Next(3) switch
        {
            0 => new RouteChange(route, null),
            1 => new RouteChange(route, route),
            _ => new RouteChange(null, route),
        };
    }

    private static Route NextRoute(Random random, IpFamily family)
    {
        var table = new RoutingTable((uint)random.Next(101, 103));
        if (random.Next(3) == 0)
        {
            return new Route(family, table, RouteType.Unreachable, Route.Default(family)) { Metric = uint.MaxValue };
        }
        bool isReachable = random.Next(4) > 0;
        uint host = (uint)random.Next(2, 4);
        var gateway = family == IpFamily.Ipv4
            ? Address.FromIpv4((isReachable ? 0xac100100u : 0x0a000000u) + host)
            : new Address(isReachable ? 0xfd00_0000_0000_0000ul : 0xfd99_0000_0000_0000ul, host);
        return new Route(family, table, RouteType.Unicast, Route.Default(family)) { Gateway = gateway };
    }
}
