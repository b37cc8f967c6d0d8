using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Planning.Explain;
using Nfqlb.Routing;
using Nfqlb.Tests.Support;

namespace Nfqlb.Planning.Tests.Explain;

/// <summary>The walk through all rules, against fib_rules_lookup written down once more.</summary>
public class RuleWalkTests
{
    private const int Rounds = 20_000;
    private static readonly Address Client = Address.FromIpv4(0x0a000001);
    private static readonly Address Vip = Address.FromIpv4(0x14000001);
    private static readonly IpProtocol[] Protocols = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Icmp];
    private static readonly string?[] LinkNames = [null, null, null, "eth0", "eth1"];

    [Fact]
    public void Random_rules_lead_where_the_kernel_would_go() => Seeded.Run(random =>
    {
        int found = 0, passed = 0;
        for (int i = 0; i < Rounds; i++)
        {
            var rules = RandomRules(random);
            uint mark = (uint)random.Next(8);
            uint tables = (uint)random.Next(32);
            bool HasRoute(RoutingTable table) => (tables >> (int)table.Id & 1) != 0;
            var packet = Packet(random) with { Mark = mark };
            var walk = RuleWalk.Of(rules, packet, HasRoute);
            Assert.Equal(Plain(rules, packet, HasRoute), (walk.Found, walk.Steps, string.Join('\n', walk.Passed)));
            found += walk.Found is null ? 0 : 1;
            passed += walk.Passed.Count;
        }
        Assert.InRange(found, 1, Rounds - 1);
        Assert.InRange(passed, 1, int.MaxValue);
    });

    private static (RoutingRule? Found, int Steps, string Passed) Plain(
        IReadOnlyList<RoutingRule> rules, FilteredPacket packet, Predicate<RoutingTable> hasRoute)
    {
        var passed = new List<RoutingRule>();
        int steps = 0;
        for (int at = 0; at < rules.Count; at++)
        {
            steps++;
            var rule = rules[at];
            bool hasPorts = packet.Protocol is IpProtocol.Tcp or IpProtocol.Udp;
            bool isMet = (rule.Fwmark is not { } fwmark || fwmark.Matches(packet.Mark!.Value))
                && (rule.Transport is not { } transport || transport == packet.Protocol)
                && (rule.SourcePorts is not { } sources || hasPorts && sources.First == packet.SourcePort)
                && (rule.DestinationPorts is not { } ports
                    || hasPorts && ports.First <= packet.DestinationPort && packet.DestinationPort <= ports.Last)
                && rule.OutgoingLink is null
                && (rule.From is not { } from || from.Contains(Client))
                && (rule.To is not { } to || to.Contains(Vip))
                && rule.IncomingLink is null or "eth0";
            if (isMet == rule.IsInverted || rule.Action.Kind == RuleActionKind.Nop)
            {
                continue;
            }
            if (rule.Action.Kind == RuleActionKind.GoTo)
            {
                int target = rules.ToList().FindIndex(other => other.Priority == rule.Action.Argument);
                at = target > at ? target - 1 : at;
            }
            else if (rule.Action.Table is not { } table || hasRoute(table))
            {
                return (rule, steps, string.Join('\n', passed));
            }
            else
            {
                passed.Add(rule);
            }
        }
        return (null, steps, string.Join('\n', passed));
    }

    private static FilteredPacket Packet(Random random) => new(Vip)
    {
        Source = Client,
        IncomingLink = "eth0",
        Protocol = Protocols[random.Next(Protocols.Length)],
        SourcePort = (ushort)random.Next(1, 4),
        DestinationPort = (ushort)random.Next(1, 6),
    };

    private static IReadOnlyList<RoutingRule> RandomRules(Random random) =>
    [
        .. Enumerable.Range(0, random.Next(1, 12)).Select(i => new RoutingRule(
            IpFamily.Ipv4, (uint)(i * 10), random.Next(8) switch
            {
                0 => RuleAction.Nop,
                1 or 2 => RuleAction.GoTo((uint)((i + random.Next(1, 5)) * 10)),
                3 when random.Next(4) == 0 => RuleAction.Blackhole,
                _ => RuleAction.LookUp(new RoutingTable((uint)random.Next(1, 5))),
            })
        {
            Fwmark = random.Next(3) == 0 ? null : Masked((uint)random.Next(8), (uint)random.Next(8)),
            From = random.Next(4) == 0 ? Block(0x0a000000 + ((uint)random.Next(2) << 16)) : null,
            To = random.Next(4) == 0 ? Block(0x14000000 + ((uint)random.Next(2) << 16)) : null,
            IncomingLink = LinkNames[random.Next(LinkNames.Length)],
            OutgoingLink = random.Next(8) == 0 ? "eth1" : null,
            Transport = random.Next(4) == 0 ? Protocols[random.Next(Protocols.Length)] : null,
            SourcePorts = random.Next(6) == 0 ? new PortRange(2, 2) : null,
            DestinationPorts = random.Next(4) == 0 ? new PortRange(2, (ushort)random.Next(2, 5)) : null,
            IsInverted = random.Next(4) == 0,
        }),
    ];

    private static FwmarkMatch Masked(uint value, uint mask) => new(value & mask, mask);

    private static Cidr Block(uint address) => new(Address.FromIpv4(address), 96 + 16);
}
