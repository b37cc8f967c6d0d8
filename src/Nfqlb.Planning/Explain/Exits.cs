using Nfqlb.FastPath;
using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Explain;

/// <summary>Where packets with a mark leave this host, as far as the mark alone decides it.</summary>
/// <remarks>
/// A mark has an exit when no rule before its own asks for more than the mark of a packet to a virtual IP, its table
/// has one unicast way for all destinations, by one gateway of the family on one Ethernet link, and no virtual IP is
/// an address of this host. Everything else is for the kernel's routing.
/// </remarks>
/// <param name="network">Links, addresses, rules and routes.</param>
/// <param name="vips">Where packets go to.</param>
/// <param name="mask">The bits of marks that are ours; those outside are not known here.</param>
/// <param name="incoming">The links by which packets come, by name.</param>
public sealed class Exits(
    NetworkState network, IReadOnlyCollection<Cidr> vips, MarkMask mask, IReadOnlyCollection<string> incoming)
{
    /// <summary>The exits of these marks in a family.</summary>
    public IEnumerable<KeyValuePair<ExitKey, Exit>> Of(IpFamily family, IEnumerable<int> marks)
    {
        if (network.Addresses.Any(own => vips.Any(vip => vip.Contains(own.Address))))
        {
            yield break; // that one is delivered here
        }
        var rules = network.RulesOf(family);
        uint firstUncertain = rules.Where(rule => !IsPassed(rule) && !HangsOnMarkAlone(rule))
            .Select(rule => rule.Priority).DefaultIfEmpty(uint.MaxValue).Min();
        // The others keep their places: a jump may lead there.
        RoutingRule[] certain = [.. rules.Select(rule => !IsPassed(rule) && HangsOnMarkAlone(rule)
            ? rule
            : new RoutingRule(family, rule.Priority, RuleAction.Nop))];
        var ways = network.Routes.Where(route => route.Family == family).ToLookup(route => route.Table);
        foreach (int mark in marks)
        {
            var packet = new FilteredPacket(default) { Mark = (uint)mark };
            var found = RuleWalk.Of(certain, packet, table => ways[table].Any()).Found;
            if (found?.Action.Table is { } table && found.Priority < firstUncertain
                && ExitOf(family, [.. ways[table]]) is { } exit)
            {
                yield return new(new ExitKey(family, mark), exit);
            }
        }
    }

    private Exit? ExitOf(IpFamily family, Route[] routes)
    {
        if (routes.Any(route => route.Destination != Route.Default(family)))
        {
            return null;
        }
        uint least = routes.Min(route => route.Metric);
        Route[] best = [.. routes.Where(route => route.Metric == least)];
        return best is [{ Type: RouteType.Unicast, IsMultipath: false, HasOtherProperties: false } only]
            && only.Gateway is { } gateway && only.FamilyOf(gateway) == family
            && network.Find(only.Link) is { IsUp: true, IsEthernet: true } link
            ? new Exit(link.Index, gateway, link.MtuBytes)
            : null;
    }

    /// <summary>True for one that no packet to a virtual IP, by these links, is for.</summary>
    private bool IsPassed(RoutingRule rule) => !rule.IsInverted
        && (rule.Action.Table == RoutingTable.Local
            || (rule.IncomingLink is { } link && !incoming.Contains(link))
            || (rule.To is { } to && !vips.Any(vip => vip.Contains(to.Base) || to.Contains(vip.Base)))
            // What says that it comes from a virtual IP is forged.
            || (rule.From is { } from && vips.Any(vip => vip.Contains(from.Base))));

    private bool HangsOnMarkAlone(RoutingRule rule) =>
        rule.LooksAtMarkAlone && ((rule.Fwmark?.Mask ?? 0) & ~mask.Bits) == 0;
}
