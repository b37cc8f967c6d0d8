using System.Diagnostics;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Tests.Plans;

/// <summary>What a plan says of what is, and what is desired. No kernel is asked.</summary>
public class PlanTests
{
    private static readonly PoolName Old = new("old"), New = new("new");

    [Fact]
    public void Nothing_is_to_be_done_where_all_is_as_desired() =>
        Assert.Empty(Between(DesiredState.Empty, ObservedState.Empty with { Flows = [] }).Changes);

    [Fact]
    public void Flows_without_a_balancer_are_refused_with_what_has_to_run_first()
    {
        var desired = DesiredState.Empty with { Pools = [Pool(Old, 1)], Flows = [Flow("f", Old)] };
        var told = Assert.Throws<InvalidStateException>(
            () => Between(desired, ObservedState.Empty with { Flows = null, Balancer = "unix:nfqlb" }));
        Assert.Equal(
            "flows: no balancer answers at [unix:nfqlb]: start one first, such as `nfqlb flowlb --queue=0:3`",
            told.Message);
    }

    [Fact]
    public void Changes_name_the_targets_that_they_are_about_and_are_summed_up()
    {
        var target = Target(0, 1) with { Name = "red" };
        var desired = DesiredState.Empty with
        {
            Pools = [Pool(Old) with { Targets = [target] }, Pool(New, 1)],
            Flows = [Flow("f", Old)],
        };
        var changes = Between(desired, ObservedState.Empty with { Flows = [] }).Changes;
        string[] lines = [.. changes.SelectMany(new ChangeText(DesiredState.Empty, desired).Lines)];

        Assert.Contains("+ ipv4 route default via 172.16.1.1 table 101 protocol 78 (target old/red, new/0)", lines);
        Assert.Equal(2, lines.Count(
            line => line.Contains("rule") && line.EndsWith("lookup 101 protocol 78 (target old/red, new/0)")));
        Assert.Contains("+ slot 0 of old: mark 101 (target old/red)", lines);
        Assert.Contains("+ flow f", lines);
        Assert.Equal("1 change: 1 flow", ChangeText.Summary([.. changes.OfType<FlowChange>()]));
        Assert.Matches(@"^\d+ changes: 3 routes, \d+ rules, 2 pools, 1 flow$", ChangeText.Summary(changes));
        Assert.Equal("0 changes", ChangeText.Summary([]));
    }

    /// <summary>Packets of the flows that move find targets all the time.</summary>
    [Fact]
    public void Pools_are_filled_then_flows_set_then_pools_drained()
    {
        var before = DesiredState.Empty with { Pools = [Pool(Old, 1), Pool(New)], Flows = [Flow("f", Old)] };
        var after = before with { Pools = [Pool(Old), Pool(New, 2)], Flows = [Flow("f", New)] };
        var observed = ObservedState.Empty with
        {
            Flows = [.. before.Flows],
            Pools = new Dictionary<PoolName, PoolContent> { [Old] = Content(101), [New] = Content(-1) },
        };

        var changes = Between(after, observed, before).Changes
            .Where(change => change is PoolChange or FlowChange);

        Assert.Equal(
            ["+ slot 0 of new: mark 102", "~ flow f", "- slot 0 of old: mark 101"],
            changes.SelectMany(change => change.Lines));
    }

    [Fact]
    public void A_pool_that_flows_leave_keeps_its_targets_until_they_have_left()
    {
        var before = DesiredState.Empty with { Pools = [Pool(Old, 1), Pool(New, 2)], Flows = [Flow("f", Old)] };
        var after = before with { Pools = [Pool(Old, 3), Pool(New, 2)], Flows = [Flow("f", New)] };
        var observed = ObservedState.Empty with
        {
            Flows = [.. before.Flows],
            Pools = new Dictionary<PoolName, PoolContent>
            {
                [Old] = Content(-1).WithMarks([-1, 101]),
                [New] = Content(102),
            },
        };
        before = before with
        {
            Pools =
            [
                before.Pools[0] with { Targets = [before.Pools[0].Targets[0] with { Slot = 1 }] }, before.Pools[1],
            ],
        };

        var pools = Between(after, observed, before).Changes.OfType<PoolChange>()
            .Select(change => (change.Stage, string.Join(' ', change.After!.Marks)));

        Assert.Equal([(Stage.FillPools, "103 101"), (Stage.DrainPools, "103 -1")], pools);
    }

    [Theory]
    [InlineData("a b c", "a x b c", "+ x before b")]
    [InlineData("a b c", "b c a", "~ a before -")]
    [InlineData("a b c", "c a b", "~ c before a")]
    [InlineData("a b c", "a b c x y", "+ x before -, + y before -")]
    [InlineData("a other b", "b a", "~ b before a")]
    [InlineData("a b c", "a c", "- b")]
    [InlineData("other", "a b", "+ a before -, + b before -")]
    public void Flows_of_equal_priority_stand_in_the_order_asked_for(string there, string desired, string expected)
    {
        Flow[] flows = [.. there.Split(' ').Select(name => Flow(name, Old))];
        var pools = new Dictionary<PoolName, PoolContent> { [Old] = Content(-1) };
        var state = DesiredState.Empty with
        {
            Pools = [Pool(Old)], Flows = [.. desired.Split(' ').Select(name => Flow(name, Old))],
        };
        var managed = state with { Flows = [.. flows.Where(flow => flow.Name.Text != "other")] };

        var changes = Between(state, ObservedState.Empty with { Flows = flows, Pools = pools }, managed).Changes;

        Assert.Equal(expected, string.Join(", ", changes.OfType<FlowChange>().Select(change =>
            change.Lines.Single().Replace("flow ", "", StringComparison.Ordinal)
                + (change.After is { } after ? $" before {after.Next?.Text ?? "-"}" : ""))));
    }

    [Fact]
    public void A_route_to_another_destination_is_no_way_to_a_target()
    {
        Assert.True(Cidr.TryParse("203.0.113.10/32", out var block, out _));
        var foreign = new Route(IpFamily.Ipv4, new(101), RouteType.Unicast, block)
        {
            Gateway = Gateway(1), Protocol = RoutingProtocol.Static,
        };

        var plan = Between(
            DesiredState.Empty with { Pools = [Pool(Old, 1)] },
            ObservedState.Empty with { Routes = [foreign], Flows = [] });

        Assert.Contains(plan.Changes.OfType<RouteChange>(), change => change.After?.Gateway == Gateway(1));
        Assert.DoesNotContain(plan.Changes.OfType<RouteChange>(), change => change.Before == foreign);
    }

    [Fact]
    public void A_default_route_of_others_satisfies_or_is_refused()
    {
        var desired = DesiredState.Empty with { Pools = [Pool(Old, 1)] };
        Route Foreign(uint host) => new(IpFamily.Ipv4, new(101), RouteType.Unicast, Route.Default(IpFamily.Ipv4))
        {
            Gateway = Gateway(host), Protocol = RoutingProtocol.Static,
        };

        var plan = Between(desired, ObservedState.Empty with { Routes = [Foreign(1)], Flows = [] });
        var told = Assert.Throws<InvalidStateException>(
            () => Between(desired, ObservedState.Empty with { Routes = [Foreign(9)], Flows = [] }));

        Assert.DoesNotContain(plan.Changes.OfType<RouteChange>(), change => change.After?.Gateway is not null);
        Assert.Contains("table 101 has a route of somebody else", told.Message);
    }

    [Fact]
    public void An_address_of_this_host_is_no_virtual_one()
    {
        var desired = DesiredState.Empty with { Vips = [new DesiredVip(new Cidr(Gateway(7), 128))] };
        var observed = ObservedState.Empty with { Addresses = [Gateway(7)], Flows = [] };

        Assert.Contains(
            "172.16.1.7, an address of this host",
            Assert.Throws<InvalidStateException>(() => Between(desired, observed)).Message);
    }

    /// <summary>10,000 flows, 1,000 targets and 10,000 addresses that are as desired, and a tenth of them.</summary>
    [Fact]
    public void The_time_of_a_plan_grows_with_the_objects_alone()
    {
        const double most = 40; // and not a hundred
        double ratio = double.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            ratio = Math.Min(ratio, SecondsOfPlan(10_000, 1000) / SecondsOfPlan(1000, 100));
        }
        Assert.True(ratio < most, $"{ratio:f1} times as long for ten times as much");
    }

    private static double SecondsOfPlan(int many, int targets)
    {
        var pool = new DesiredPool(Old, new(new(10_007, 1000)), new(0))
        {
            Targets = [.. Enumerable.Range(0, targets).Select(i => Target(i, (uint)i + 1))],
        };
        var desired = DesiredState.Empty with
        {
            Pools = [pool],
            Flows = [.. Enumerable.Range(0, many).Select(i => Flow($"f{i}", Old))],
            Vips = [.. Enumerable.Range(1, many).Select(i =>
                new DesiredVip(new Cidr(Address.FromIpv4(0x0a000000u + (uint)i), 128)))],
        };
        var observed = Settled(desired);
        long start = Stopwatch.GetTimestamp();
        Assert.Empty(Between(desired, observed, desired).Lines);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>What there is after the plan was carried out on nothing.</summary>
    private static ObservedState Settled(DesiredState desired)
    {
        var plan = Between(desired, ObservedState.Empty with { Flows = [] });
        return ObservedState.Empty with
        {
            Routes = [.. plan.Changes.OfType<RouteChange>().Select(change => change.After!)],
            Rules = [.. plan.Changes.OfType<RuleChange>().Select(change => change.Rule)
                .OrderBy(rule => (rule.Family, rule.Priority))],
            Pools = plan.Changes.OfType<PoolChange>().ToDictionary(change => change.Name, change => change.After!),
            Flows = [.. desired.Flows],
            Vips = plan.Changes.OfType<VipTableChange>().Single().After,
        };
    }

    private static Plan Between(DesiredState desired, ObservedState observed, DesiredState? before = null) =>
        Plan.Between(desired, observed, new Managed(before is null ? [] : [before]), Scope.Everything);

    private static DesiredPool Pool(PoolName name, params int[] hosts) => new(name, new(new(31, 2)), new(0))
    {
        Targets = [.. hosts.Select(host => Target(0, (uint)host))],
    };

    private static DesiredTarget Target(int slot, uint host) => new()
    {
        Slot = slot, Mark = new FirewallMark(100 + (int)host), Via4 = Gateway(host),
    };

    private static Address Gateway(uint host) => Address.FromIpv4(0xac100100u + host);

    private static PoolContent Content(int mark) => PoolContent.Empty(new(new(31, 2)), new(0)).WithMarks([mark, -1]);

    private static Flow Flow(string name, PoolName target) => new() { Name = new(name), Target = target };
}
