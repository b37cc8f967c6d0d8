using Nfqlb.Flows;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Planning.Model;
using Nfqlb.Routing;

namespace Nfqlb.Cli.Apply;

/// <summary>The rules by which packets from virtual addresses leave: `from VIP lookup TABLE`, and a blackhole behind
/// it.</summary>
/// <remarks>What is in the table is for others, such as a BGP speaker. While it has no route the packets must not leave
/// another way.</remarks>
internal static class EgressRouting
{
    private const uint Lookup = MarkTree.Last + 1;
    private const uint Blackhole = Lookup + 1;

    private static readonly IpFamily[] Families = [IpFamily.Ipv4, IpFamily.Ipv6];

    /// <summary>What is missing, and what is too much.</summary>
    public static IEnumerable<Step> Compare(DesiredState wanted)
    {
        using var socket = RoutingSocket.Open();
        foreach (var family in Families)
        {
            var actual = socket.ReadRules(family).Where(IsOurs).ToHashSet();
            var rules = wanted.Vips.Where(vip => vip.Prefix.Base.IsIpv4 == (family == IpFamily.Ipv4))
                .SelectMany(vip => RulesOf(vip, family)).ToHashSet();
            RoutingRule[] missing = [.. rules.Except(actual)];
            RoutingRule[] superfluous = [.. actual.Except(rules)];
            if (missing.Length > 0)
            {
                yield return StepOf(Stage.AddRules, missing, (batch, rule) => batch.Add(rule));
            }
            if (superfluous.Length > 0)
            {
                yield return StepOf(Stage.DeleteRules, superfluous, (batch, rule) => batch.Delete(rule));
            }
        }
    }

    /// <summary>The table by which packets from each prefix leave, as the kernel has it.</summary>
    public static IReadOnlyDictionary<Cidr, uint> ReadTables()
    {
        using var socket = RoutingSocket.Open();
        return Families.SelectMany(socket.ReadRules)
            .Where(rule => IsOurs(rule) && rule is { Priority: Lookup, From: not null, Action.Table: not null })
            .DistinctBy(rule => rule.From)
            .ToDictionary(rule => rule.From!.Value, rule => rule.Action.Table!.Value.Id);
    }

    private static IEnumerable<RoutingRule> RulesOf(DesiredVip vip, IpFamily family) => vip.EgressTable is not { } table
        ? []
        :
        [
            new(family, Lookup, RuleAction.LookUp(new RoutingTable(table))) { From = vip.Prefix },
            new(family, Blackhole, RuleAction.Blackhole) { From = vip.Prefix },
        ];

    private static bool IsOurs(RoutingRule rule) =>
        rule.Protocol == RoutingProtocol.Nfqlb && rule.Priority is Lookup or Blackhole;

    private static Step StepOf(Stage stage, RoutingRule[] rules, Action<RoutingBatch, RoutingRule> write) => new(
        stage,
        [.. rules.Select(rule => $"{(stage == Stage.AddRules ? '+' : '-')} {rule}")],
        () =>
        {
            var batch = new RoutingBatch();
            Array.ForEach(rules, rule => write(batch, rule));
            RoutingChanges.Carry(batch, mayExist: true);
        });
}
