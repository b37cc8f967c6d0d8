using System.Diagnostics;
using System.Text;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Routing;
using Xunit.Abstractions;
using static Nfqlb.Linux.Tests.Netlink.Routing.RoutingLab;
using static Nfqlb.Linux.Tests.Netlink.Routing.Samples;

namespace Nfqlb.Linux.Tests.Netlink.Routing;

/// <summary>Many rules and routes at once, side by side with `ip -batch`.</summary>
public sealed class BulkTests(ITestOutputHelper output)
{
    private const int Targets = 1000;
    private const int Runs = 3;
    private const double MostTimesIpBatch = 2;

    /// <summary>For 1,000 targets in both families: a rule, a route and the last resort behind it.</summary>
    [KernelFact]
    public void Rules_and_routes_take_at_most_twice_the_time_of_ip_batch() => Run(socket =>
    {
        var (rules, routes) = Wanted();
        var ours = TimeSpan.MaxValue;
        var theirs = TimeSpan.MaxValue;
        for (int run = 0; run < Runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            socket.Make(batch => Add(batch, rules, routes));
            ours = Least(ours, start);
            AssertThere(socket, rules, routes);
            socket.Make(batch => Delete(batch, rules, routes));
            AssertThere(socket, [], []);

            string ipv4 = Commands(IpFamily.Ipv4, rules, routes);
            string ipv6 = Commands(IpFamily.Ipv6, rules, routes);
            start = Stopwatch.GetTimestamp();
            PrivateNetwork.Command("ip", "-4 -batch -", ipv4);
            PrivateNetwork.Command("ip", "-6 -batch -", ipv6);
            theirs = Least(theirs, start);
            AssertThere(socket, rules, routes);
            socket.Make(batch => Delete(batch, rules, routes));
        }

        double ratio = ours / theirs;
        output.WriteLine(
            $"{rules.Length} rules and {routes.Length} routes: {ours.TotalMilliseconds:f0} ms, "
            + $"ip -batch {theirs.TotalMilliseconds:f0} ms, ratio {ratio:f2}");
        Assert.True(ratio <= MostTimesIpBatch, $"{ours} against {theirs}");
    });

    private static (RoutingRule[] Rules, Route[] Routes) Wanted()
    {
        var rules = new List<RoutingRule>();
        var routes = new List<Route>();
        for (uint i = 1; i <= Targets; i++)
        {
            foreach (var family in (IpFamily[])[IpFamily.Ipv4, IpFamily.Ipv6])
            {
                uint table = 10_000 + i;
                var gateway = Ip(family == IpFamily.Ipv4 ? $"172.16.1.{2 + (i % 250)}" : $"fd00::{2 + i:x}");
                rules.Add(new(family, 1000 + i, LookUp(table)) { Fwmark = FwmarkMatch.Exactly(i) });
                routes.Add(RouteTo(family, table) with { Gateway = gateway, Link = Lb0 });
                routes.Add(RouteTo(family, table, type: RouteType.Unreachable) with { Metric = uint.MaxValue });
            }
        }

        return ([.. rules], [.. routes]);
    }

    private static void Add(RoutingBatch batch, RoutingRule[] rules, Route[] routes)
    {
        Array.ForEach(routes, batch.Add);
        Array.ForEach(rules, batch.Add);
    }

    private static void Delete(RoutingBatch batch, RoutingRule[] rules, Route[] routes)
    {
        Array.ForEach(rules, batch.Delete);
        Array.ForEach(routes, batch.Delete);
    }

    private static string Commands(IpFamily family, RoutingRule[] rules, Route[] routes)
    {
        var commands = new StringBuilder();
        foreach (var route in routes.Where(route => route.Family == family))
        {
            commands.Append($"route add {route.Words.Replace("dev if4", "dev lb0", StringComparison.Ordinal)}\n");
        }

        foreach (var rule in rules.Where(rule => rule.Family == family))
        {
            commands.Append($"rule add {rule.Words}\n");
        }

        return commands.ToString();
    }

    private static void AssertThere(RoutingSocket socket, RoutingRule[] rules, Route[] routes)
    {
        foreach (var family in (IpFamily[])[IpFamily.Ipv4, IpFamily.Ipv6])
        {
            Assert.Equal(
                rules.Where(rule => rule.Family == family),
                socket.ReadRules(family).Where(rule => rule.Protocol == RoutingProtocol.Nfqlb));
            Assert.Equal(
                routes.Where(route => route.Family == family).ToHashSet(),
                [.. socket.ReadRoutes(family, protocol: RoutingProtocol.Nfqlb)]);
        }
    }

    private static TimeSpan Least(TimeSpan before, long start)
    {
        var now = Stopwatch.GetElapsedTime(start);
        return now < before ? now : before;
    }
}
