using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Status;

/// <summary>What a rule or route of others asks of packets, as far as it may tell those of one flow apart. Null is
/// for any.</summary>
/// <param name="IsIpv4">The family.</param>
/// <param name="From">Where they come from.</param>
/// <param name="To">Where they go to.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="SourcePorts">Source ports.</param>
/// <param name="DestinationPorts">Destination ports.</param>
internal sealed record Distinction(
    bool? IsIpv4, Cidr? From, Cidr? To, IpProtocol? Protocol, PortRange? SourcePorts, PortRange? DestinationPorts)
{
    private const int DeepestJump = 16;

    private static readonly Distinction None = new(null, null, null, null, null, null);

    /// <summary>The marks that it is for; null for all.</summary>
    public FwmarkMatch? Mark { get; init; }

    /// <summary>The table that it is in; null for all.</summary>
    public RoutingTable? Table { get; init; }

    /// <summary>What the answers ask of packets that meet it.</summary>
    public Distinction Reversed => this with
    {
        From = To, To = From, SourcePorts = DestinationPorts, DestinationPorts = SourcePorts,
    };

    private bool IsNone => this with { IsIpv4 = null, Mark = null } == None;

    /// <summary>Those of rules.</summary>
    public static IEnumerable<Distinction> Of(IEnumerable<RoutingRule> rules) => rules
        .Select(rule => new Distinction(
            rule.Family == IpFamily.Ipv4, rule.From, rule.To, rule.Transport, rule.SourcePorts, rule.DestinationPorts)
        {
            Mark = rule.Fwmark,
        })
        .Where(asked => !asked.IsNone);

    /// <summary>Those of routes, of targets' tables.</summary>
    public static IEnumerable<Distinction> Of(IEnumerable<Route> routes) => routes
        .Where(route => route.Destination != Route.Default(route.Family))
        .Select(route => None with
        {
            IsIpv4 = route.Family == IpFamily.Ipv4, To = route.Destination, Table = route.Table,
        });

    /// <summary>Those of policies of IPsec.</summary>
    public static IEnumerable<Distinction> Of(IEnumerable<TransformPolicy> policies) => policies
        .Where(policy => policy.IsBlocking || policy.IsTransforming)
        .Select(policy => new Distinction(
            policy.To.Base.IsIpv4, NoneIfAny(policy.From), NoneIfAny(policy.To), policy.Protocol, policy.SourcePorts,
            policy.DestinationPorts))
        .Where(asked => !asked.IsNone);

    private static Cidr? NoneIfAny(Cidr block) => block == Cidr.Ipv4 || block.PrefixLength == 0 ? null : block;

    /// <summary>Those of filters, with all that is asked on the way to a rule.</summary>
    /// <param name="filters">The filters.</param>
    /// <param name="hook">Where.</param>
    public static IEnumerable<Distinction> Of(FilterSet filters, FilterHook hook) =>
        filters.Of(hook).SelectMany(chain => Of(filters, chain, FamilyOf(chain), 0));

    private static Distinction FamilyOf(FilterChain chain) => None with
    {
        IsIpv4 = chain.Family switch { "ip" => true, "ip6" => false, _ => null },
    };

    private static IEnumerable<Distinction> Of(FilterSet filters, FilterChain chain, Distinction before, int depth)
    {
        foreach (var rule in chain.Rules)
        {
            if (rule is { Verdict: FilterVerdict.Continue, Mark: null } || before.And(rule) is not { } asked)
            {
                continue;
            }
            if (!asked.IsNone && asked != before)
            {
                yield return asked;
            }
            if (rule.Chain is not null && depth < DeepestJump && filters.Next(chain, rule) is { } next)
            {
                foreach (var deeper in Of(filters, next, asked, depth + 1))
                {
                    yield return deeper;
                }
            }
        }
    }

    /// <summary>With the conditions of a rule; null where no packet meets both.</summary>
    private Distinction? And(FilterRule rule)
    {
        var asked = this;
        foreach (var condition in rule.Conditions)
        {
            if (condition.IsInverted || asked is null)
            {
                continue;
            }
            asked = condition switch
            {
                FamilyCondition { IsIpv4: var isIpv4 } =>
                    asked.IsIpv4 is { } known && known != isIpv4 ? null : asked with { IsIpv4 = isIpv4 },
                AddressCondition { IsSource: true, Block: var block } =>
                    Common(asked.From, block) is { } from ? asked with { From = from } : null,
                AddressCondition { Block: var block } =>
                    Common(asked.To, block) is { } to ? asked with { To = to } : null,
                ProtocolCondition { Protocol: var protocol } =>
                    asked.Protocol is { } known && known != protocol ? null : asked with { Protocol = protocol },
                PortCondition { IsSource: true } ports =>
                    Common(asked.SourcePorts, ports) is { } range ? asked with { SourcePorts = range } : null,
                PortCondition ports =>
                    Common(asked.DestinationPorts, ports) is { } range ? asked with { DestinationPorts = range } : null,
                _ => asked,
            };
        }
        return asked;
    }

    /// <summary>The narrower of two blocks; null where they have nothing in common.</summary>
    public static Cidr? Common(Cidr? one, Cidr other) =>
        one is not { } block ? other
        : block.PrefixLength >= other.PrefixLength ? other.Contains(block.Base) ? block : null
        : block.Contains(other.Base) ? other : null;

    private static PortRange? Common(PortRange? one, PortCondition other) =>
        Common(one ?? new PortRange(1, ushort.MaxValue), new PortRange(Math.Max((ushort)1, other.First), other.Last));

    /// <summary>The ports of both; null where they have none in common.</summary>
    public static PortRange? Common(PortRange one, PortRange other)
    {
        ushort first = Math.Max(one.First, other.First), last = Math.Min(one.Last, other.Last);
        return first <= last ? new PortRange(first, last) : null;
    }
}
