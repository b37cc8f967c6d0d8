using Nfqlb.Flows;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Packets;
using Nfqlb.Routing;

namespace Nfqlb.Linux.Tests.Netlink.Routing;

/// <summary>Short words for values of tests.</summary>
internal static class Samples
{
    public static Address Ip(string text)
    {
        Assert.True(Address.TryParse(text, out var address), text);
        return address;
    }

    public static Cidr Block(string text)
    {
        Assert.True(Cidr.TryParse(text, out var block, out string reason), $"{text}: {reason}");
        return block;
    }

    public static RuleAction LookUp(uint table) => RuleAction.LookUp(new RoutingTable(table));

    public static Route RouteTo(
        IpFamily family, uint table, string destination = "default", RouteType type = RouteType.Unicast) =>
        new(family, new RoutingTable(table), type,
            destination == "default" ? Route.Default(family) : Block(destination));
}
