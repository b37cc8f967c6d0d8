using Nfqlb.FastPath;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Planning.Explain;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;
using Nfqlb.Tests.Support;

namespace Nfqlb.Planning.Tests.Explain;

/// <summary>Whatever packet to a virtual IP carries a mark that has an exit: the kernel's routing, written down once
/// more, sends it there too.</summary>
public class ExitsTests
{
    private const int Rounds = 20_000, Marks = 6, PacketsPerExit = 20;
    private const uint OurBits = 0xff;

    private static readonly Cidr Vips = Block("20.0.0.0/24");
    private static readonly Cidr[] Sources = [Block("10.0.0.0/8"), Block("10.1.0.0/16"), Block("20.0.0.0/25")];
    private static readonly Cidr[] Destinations =
        [Block("20.0.0.0/8"), Block("20.0.0.0/25"), Block("30.0.0.0/8"), Block("20.0.0.7/32")];
    private static readonly string?[] LinkNames = [null, null, null, null, "in", "other"];
    private static readonly Link[] Links =
    [
        new(new(1), "in", true, true, 1_500) { IsEthernet = true },
        new(new(2), "out", true, true, 1_400) { IsEthernet = true },
        new(new(3), "tun", true, true, 1_400),
        new(new(4), "down", false, false, 1_500) { IsEthernet = true },
    ];

    [Fact]
    public void Packets_go_where_routing_would_send_them() => Seeded.Run(random =>
    {
        int given = 0;
        for (int i = 0; i < Rounds; i++)
        {
            var mask = random.Next(4) == 0 ? new MarkMask(OurBits) : MarkMask.All;
            var network = RandomNetwork(random);
            var exits = new Exits(network, [Vips], mask, ["in"])
                .Of(IpFamily.Ipv4, Enumerable.Range(1, Marks)).ToDictionary();
            foreach (var (key, exit) in exits)
            {
                given++;
                for (int n = 0; n < PacketsPerExit; n++)
                {
                    uint foreign = (uint)random.NextInt64(1L << 32) & ~mask.Bits;
                    var packet = new Packet(
                        (uint)key.Mark | foreign, In(Block("10.0.0.0/8"), random), In(Vips, random), "in");
                    Assert.Equal(exit, Routed(network, packet, random));
                }
            }
        }
        Assert.InRange(given, Rounds / 10, Rounds * Marks);
    });

    [Fact]
    public void A_virtual_IP_of_this_host_has_none()
    {
        var network = new NetworkState
        {
            Links = Links,
            Ipv4Rules = [Rule(5, RuleAction.LookUp(new(101))) with { Fwmark = FwmarkMatch.Exactly(1) }],
            Routes = [Way(101)],
        };
        IEnumerable<int> Given(NetworkState state) =>
            new Exits(state, [Vips], MarkMask.All, ["in"]).Of(IpFamily.Ipv4, [1, 2]).Select(one => one.Key.Mark);

        Assert.Equal([1], Given(network));
        Assert.Empty(Given(network with { Addresses = [new(Vips.Base, 32, new LinkIndex(1))] }));
    }

    private sealed record Packet(uint Mark, Address Source, Address Destination, string Incoming);

    /// <summary>fib_rules_lookup and the table's best route; what a rule asks beside is met or not by chance.</summary>
    private static Exit? Routed(NetworkState network, Packet packet, Random random)
    {
        var rules = network.Ipv4Rules;
        for (int at = 0; at < rules.Count; at++)
        {
            var rule = rules[at];
            bool isMet = (rule.Fwmark is not { } fwmark || fwmark.Matches(packet.Mark))
                && (rule.From is not { } from || from.Contains(packet.Source))
                && (rule.To is not { } to || to.Contains(packet.Destination))
                && (rule.IncomingLink is null || rule.IncomingLink == packet.Incoming);
            isMet = isMet != rule.IsInverted && !(rule.HasOtherConditions && random.Next(2) == 0);
            if (!isMet || rule.Action.Kind == RuleActionKind.Nop)
            {
                continue;
            }
            if (rule.Action.Kind == RuleActionKind.GoTo)
            {
                int target = rules.ToList().FindIndex(other => other.Priority == rule.Action.Argument);
                at = target > at ? target - 1 : at;
                continue;
            }
            if (rule.Action.Table is not { } table)
            {
                return null;
            }
            Route[] best = [.. network.Routes
                .Where(route => route.Table == table && route.Destination.Contains(packet.Destination))
                .OrderByDescending(route => route.Destination.PrefixLength).ThenBy(route => route.Metric)];
            if (best.Length > 0)
            {
                return best[0] is { Type: RouteType.Unicast, Gateway: { } gateway, Link: { } link }
                    ? new Exit(link, gateway, network.Find(link)!.MtuBytes)
                    : null;
            }
        }
        return null;
    }

    private static NetworkState RandomNetwork(Random random)
    {
        var rules = new List<RoutingRule> { Rule(0, RuleAction.LookUp(RoutingTable.Local)) };
        for (int i = random.Next(8); i >= 0; i--)
        {
            rules.Add(RandomRule(random));
        }
        return new NetworkState
        {
            Links = Links,
            Ipv4Rules = [.. rules.OrderBy(rule => rule.Priority)],
            Routes = [.. Enumerable.Range(0, random.Next(2, 9)).Select(_ => RandomRoute(random))
                .DistinctBy(route => (route.Table, route.Destination, route.Metric))],
        };
    }

    private static RoutingRule RandomRule(Random random)
    {
        uint priority = (uint)random.Next(1, 20);
        var action = random.Next(10) switch
        {
            0 => RuleAction.GoTo(priority + (uint)random.Next(1, 5)),
            1 => RuleAction.Nop,
            2 => RuleAction.Unreachable,
            _ => RuleAction.LookUp(new RoutingTable(100 + (uint)random.Next(4))),
        };
        bool isPlain = random.Next(4) > 0;
        return Rule(priority, action) with
        {
            Fwmark = random.Next(5) == 0 ? null : new FwmarkMatch(
                (uint)random.Next(1, Marks + 1), random.Next(3) switch { 0 => 0xff, 1 => 0x3, _ => uint.MaxValue }),
            From = isPlain || random.Next(2) == 0 ? null : Sources[random.Next(Sources.Length)],
            To = isPlain || random.Next(2) == 0 ? null : Destinations[random.Next(Destinations.Length)],
            IncomingLink = LinkNames[random.Next(LinkNames.Length)],
            IsInverted = random.Next(12) == 0,
            HasOtherConditions = !isPlain && random.Next(3) == 0,
        };
    }

    private static Route RandomRoute(Random random) => Way(100 + (uint)random.Next(4)) with
    {
        Metric = (uint)random.Next(2),
        Gateway = Address.FromIpv4(0xc000_0200 + (uint)random.Next(1, 4)),
        Link = new LinkIndex(random.Next(8) == 0 ? random.Next(3, 5) : 2),
    } is var way && random.Next(6) > 0
        ? way
        : new Route(IpFamily.Ipv4, way.Table, RouteType.Unreachable,
            random.Next(2) == 0 ? Block("20.0.0.0/26") : Route.Default(IpFamily.Ipv4)) { Metric = way.Metric };

    private static Route Way(uint table) =>
        new(IpFamily.Ipv4, new RoutingTable(table), RouteType.Unicast, Route.Default(IpFamily.Ipv4))
        {
            Gateway = Address.FromIpv4(0xc000_0201),
            Link = new LinkIndex(2),
        };

    private static RoutingRule Rule(uint priority, RuleAction action) => new(IpFamily.Ipv4, priority, action);

    private static Address In(Cidr block, Random random) => Address.FromIpv4(
        (uint)(block.Base.Low + (ulong)random.NextInt64(1L << (128 - block.PrefixLength))));

    private static Cidr Block(string text) =>
        Cidr.TryParse(text, out var block, out string reason) ? block : throw new FormatException(reason);
}
