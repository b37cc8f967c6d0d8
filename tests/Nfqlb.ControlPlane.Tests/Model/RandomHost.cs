using System.Collections.Immutable;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Tests.Model;

/// <summary>Desired states that meet each other often, and what others may have on the same host.</summary>
internal sealed class RandomHost(Random random)
{
    private static readonly string[] PoolNames = ["web", "dns", "sip"];

    public DesiredState Desired()
    {
        DesiredPool[] pools = [.. PoolNames.Where(_ => random.Next(4) > 0).Select(Pool)];
        return DesiredState.Empty with
        {
            Rules = random.Next(4) == 0 ? RuleLayout.Flat : RuleLayout.Tree,
            Pools = [.. pools],
            Flows = pools.Length == 0 ? [] : Flows("f", pools),
            Vips =
            [
                .. Enumerable.Range(1, 4).Where(_ => Flip()).Select(i => new DesiredVip(
                    new Cidr(Address.FromIpv4(0xcb007100u + (uint)i), 128), Flip() ? null : 4000u + (uint)i)),
            ],
            Features =
            [
                .. DesiredFeature.Names.Where(_ => Flip())
                    .Select(name => new DesiredFeature(new(ModelKernel.LinkName, name), Flip())),
            ],
            Queues = new DesiredQueues { Last = (ushort)random.Next(3), IsBypassed = Flip() },
        };
    }

    /// <summary>Pools and flows by hand, rules and routes of other protocols; none where ours will stand. And what a
    /// link did before.</summary>
    public void AddForeign(ModelHost host)
    {
        host.Kernel.ChangeFeature(LinkFeature.Gro, isOn: true);
        var pool = new PoolName("hand");
        var content = PoolContent.Empty(new(new PoolSize(31, 4)), new(0));
        host.Pools.Pools[pool] = content.With(
            1, new SlotTarget(new FirewallMark(77)) { Weight = 5, State = TargetState.Drain });
        foreach (var flow in Flows("hand", [new DesiredPool(pool, content.Shape, content.Settings)]))
        {
            host.Flows.Set(flow);
        }
        foreach (var family in (IpFamily[])[IpFamily.Ipv4, IpFamily.Ipv6])
        {
            host.Kernel.AddForeign(new RoutingRule(family, 10_005, RuleAction.LookUp(new(50)))
            {
                Fwmark = FwmarkMatch.Exactly(0xf69), Protocol = RoutingProtocol.Static,
            });
            host.Kernel.AddForeign(new RoutingRule(family, 20_000, RuleAction.LookUp(new(50)))
            {
                Protocol = RoutingProtocol.Boot,
            });
        }
        // One to another destination is no default route, though it stands in a target's table.
        Assert.True(Cidr.TryParse("203.0.113.10/32", out var block, out _));
        for (uint table = 101; table < 106; table++)
        {
            host.Kernel.AddForeign(new Route(IpFamily.Ipv4, new(table), RouteType.Unicast, block)
            {
                Gateway = Via4(table - 101), Link = ModelKernel.Link, Protocol = RoutingProtocol.Static,
            });
        }
    }

    private DesiredPool Pool(string name)
    {
        int slots = 4 + 2 * random.Next(2);
        int[] free = [.. Enumerable.Range(0, slots).OrderBy(_ => random.Next())];
        uint[] marks = [.. Enumerable.Range(0, 8).Select(i => (uint)i).OrderBy(_ => random.Next())];
        var shape = new PoolShape(new PoolSize(31, slots), random.Next(3) == 0 ? new HashSeed(1, 2) : null);
        var settings = new PoolSettings(random.Next(8) == 0 ? 1 : 0)
        {
            MinActive = 1 + random.Next(2), WhenEmpty = (WhenEmpty)random.Next(2),
        };
        return new DesiredPool(new PoolName(name), shape, settings)
        {
            Targets =
            [
                .. Enumerable.Range(0, random.Next(4)).Select(i => new DesiredTarget
                {
                    Name = shape.Seed is null ? null : $"t{marks[i]}",
                    Slot = free[i],
                    Weight = (ushort)(Flip() ? 1 : random.Next(4)),
                    State = Flip() ? TargetState.Up : (TargetState)random.Next(3),
                    Priority = (ushort)random.Next(2),
                    Mark = new FirewallMark(101 + (int)marks[i]),
                    Via4 = Via4(marks[i]),
                    Via6 = marks[i] % 2 == 0 ? null : new Address(0xfd00_0000_0000_0000, marks[i] + 2),
                }).OrderBy(target => target.Slot),
            ],
        };
    }

    /// <summary>A name where a pool of this shape knows targets by name; null elsewhere.</summary>
    public static TargetName? NameIn(PoolShape shape, string name) => shape.Seed is null ? null : new(name);

    private ImmutableArray<Flow> Flows(string prefix, DesiredPool[] pools) =>
    [
        .. Enumerable.Range(0, 6).Where(_ => random.Next(3) > 0).OrderBy(_ => random.Next()).Select(i => new Flow
        {
            Name = new FlowName($"{prefix}{i}"),
            Target = pools[random.Next(pools.Length)].Name,
            Priority = random.Next(2),
            Protocols = Protocols.Tcp,
            DestinationPorts = new PortSet([new PortRange((ushort)(80 + random.Next(2)), 90)]),
        }),
    ];

    private static Address Via4(uint mark) => Address.FromIpv4(0xac100102u + mark);

    private bool Flip() => random.Next(2) == 0;
}
