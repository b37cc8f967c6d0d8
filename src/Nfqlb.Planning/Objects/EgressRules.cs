using Nfqlb.Flows;
using Nfqlb.Planning.Model;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Objects;

/// <summary>The rules by which packets from virtual addresses leave: `from VIP lookup TABLE`, and a blackhole behind
/// it.</summary>
/// <remarks>What is in the table is for others, such as a BGP speaker. While it has no route the packets must not leave
/// another way.</remarks>
public static class EgressRules
{
    /// <summary>The highest priority of ours.</summary>
    public const uint Last = Lookup + 1;

    private const uint Lookup = MarkTree.Last + 1;

    /// <summary>Those of a virtual address.</summary>
    public static IEnumerable<RoutingRule> Of(DesiredVip vip)
    {
        if (vip.EgressTable is { } table)
        {
            var family = vip.Prefix.Base.IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6;
            yield return new(family, Lookup, RuleAction.LookUp(new RoutingTable(table))) { From = vip.Prefix };
            yield return new(family, Last, RuleAction.Blackhole) { From = vip.Prefix };
        }
    }

    /// <summary>True for a rule of this kind.</summary>
    public static bool Holds(RoutingRule rule) => Ownership.IsOurs(rule) && rule.Priority is Lookup or Last;

    /// <summary>The table by which packets from each prefix leave.</summary>
    public static IReadOnlyDictionary<Cidr, uint> TablesOf(IEnumerable<RoutingRule> rules) => rules
        .Where(rule => Holds(rule) && rule is { Priority: Lookup, From: not null, Action.Table: not null })
        .DistinctBy(rule => rule.From)
        .ToDictionary(rule => rule.From!.Value, rule => rule.Action.Table!.Value.Id);
}
