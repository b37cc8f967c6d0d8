using Nfqlb.Filters;
using Nfqlb.Packets;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Explain;

/// <summary>The way of a packet through all routing rules of its family, as the kernel goes (fib_rules_lookup,
/// net/core/fib_rules.c).</summary>
/// <param name="Found">The rule that decided; null when the rules do not tell.</param>
/// <param name="Steps">How many rules were looked at.</param>
/// <param name="Passed">Rules that looked a route up and found none, in their order.</param>
public sealed record RuleWalk(RoutingRule? Found, int Steps, IReadOnlyList<RoutingRule> Passed)
{
    /// <summary>Rules before the one that decided of which it is not known whether they are for the packet: they were
    /// taken not to be.</summary>
    public IReadOnlyList<RoutingRule> Doubtful { get; init; } = [];

    /// <summary>Walks.</summary>
    /// <param name="rules">In the kernel's order.</param>
    /// <param name="packet">A packet that is forwarded, with its mark.</param>
    /// <param name="hasRoute">Whether a table has a route for it.</param>
    public static RuleWalk Of(
        IReadOnlyList<RoutingRule> rules, FilteredPacket packet, Predicate<RoutingTable> hasRoute)
    {
        var passed = new List<RoutingRule>();
        var doubtful = new List<RoutingRule>();
        int steps = 0;
        for (int at = 0; at < rules.Count; at++)
        {
            steps++;
            var rule = rules[at];
            bool? holds = Holds(rule, packet);
            if (holds == false || rule.Action.Kind == RuleActionKind.Nop)
            {
                continue;
            }
            if (holds is null)
            {
                doubtful.Add(rule);
            }
            else if (rule.Action.Kind == RuleActionKind.GoTo)
            {
                int target = FirstOf(rules, rule.Action.Argument);
                at = target > at ? target - 1 : at;
            }
            else if (rule.Action.Table is not { } table || hasRoute(table))
            {
                return new RuleWalk(rule, steps, passed) { Doubtful = doubtful };
            }
            else
            {
                passed.Add(rule);
            }
        }
        return new RuleWalk(null, steps, passed) { Doubtful = doubtful };
    }

    /// <summary>Whether a packet meets a rule's conditions; null where it meets all that are known, and there are
    /// others.</summary>
    public static bool? Holds(RoutingRule rule, FilteredPacket packet)
    {
        bool holds = rule.Fwmark?.Matches(packet.Mark ?? 0) != false
            && (rule.From is not { } from || packet.Source is { } source && from.Contains(source))
            && rule.To?.Contains(packet.Destination) != false
            && (rule.IncomingLink is null || rule.IncomingLink == packet.IncomingLink)
            && rule.OutgoingLink is null
            && (rule.Transport is null || rule.Transport == packet.Protocol)
            && IsIn(rule.SourcePorts, packet, packet.SourcePort)
            && IsIn(rule.DestinationPorts, packet, packet.DestinationPort);
        return holds && rule.HasOtherConditions ? null : holds != rule.IsInverted;
    }

    /// <summary>What an echo request has in place of a port is none.</summary>
    private static bool IsIn(Flows.PortRange? range, FilteredPacket packet, ushort? port) =>
        range is not { } ports || port is { } known && known >= ports.First && known <= ports.Last
            && packet.Protocol is not (IpProtocol.Icmp or IpProtocol.Icmpv6);

    /// <summary>The place of the first rule of a priority; -1 for none.</summary>
    private static int FirstOf(IReadOnlyList<RoutingRule> rules, uint priority)
    {
        int low = 0;
        int high = rules.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = rules[middle].Priority < priority ? (middle + 1, high) : (low, middle);
        }
        return low < rules.Count && rules[low].Priority == priority ? low : -1;
    }
}
