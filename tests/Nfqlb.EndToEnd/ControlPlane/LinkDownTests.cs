using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>The link of a target goes down: its packets leave by no other link, and those of others go on.</summary>
[BesideOthers]
public sealed class LinkDownTests(ITestOutputHelper output)
{
    private const int TargetCount = 3, Broken = 1, FlowCount = 2_000, Packets = 6_000, PacketsPerSecond = 10_000;

    [KernelFact]
    public void Packets_of_a_target_without_link_go_nowhere() => UndisturbedTestbed.Run(
        () => new Testbed(TargetCount, isRouted: false), output, Break);

    private void Break(Testbed testbed)
    {
        Balancer balancer = testbed.Balancer;
        BackgroundProcess flowlb = balancer.StartFlowlb("0:3", RuleSet.LongQueues);
        // A way by which everything would go that comes back to the main table.
        balancer.Host.Shell($"""
            ip route add default via {Via4(2)}; ip -6 route add default via {Via6(2)}
            """);
        balancer.CreatePool("web", 997, 10);
        balancer.Nfqlb([
            "target-set", "--shm=web", .. testbed.Targets.SelectMany((target, i) =>
                (string[])[$"--name=t{i}", $"--mark={101 + i}", $"--via={Via4(i)},{Via6(i)}"]),
        ]).MustSucceed();
        balancer.Nfqlb("vip-set", $"--vips={string.Join(',', Testbed.VirtualAddresses)}").MustSucceed();
        balancer.Nfqlb("flow-set", "--name=all", "--target=web").MustSucceed();
        var injection = new Injection("both", "1-65535", FlowCount);
        PoolModel model = new PoolModel(997, 10).Activate(101, 102, 103);
        int[] homes = [.. injection.ListFlows(testbed.Client)
            .Select(flow => model.MarkFor(FlowHash.Of(flow, HashMode.SctpPortsOnly))!.Value - 101)];
        string link = testbed.Targets[Broken].Host.Name;

        Arrivals whole = Send(testbed, flowlb, injection, () => { });
        Assert.Equal(Packets, whole.Total);

        // In the midst of it.
        void TakeDown() => balancer.Host.Shell($"sleep 0.2; ip link set {link} down");
        Check(Send(testbed, flowlb, injection, TakeDown), homes);

        Arrivals without = Send(testbed, flowlb, injection, () => { });
        Check(without, homes);
        Assert.Empty(without.ByTarget[Broken].PacketsByFlow);
        Assert.Contains("no route", balancer.Nfqlb("target-list").MustSucceed().Stdout);
        CheckThatOthersCanBeChanged(balancer);

        // A link that comes up has no routes, no IPv6 address and no neighbours any more.
        balancer.Host.Shell($"""
            ip link set {link} up
            ip address replace 2001:db8:{Broken + 1:x}::1/64 dev {link} nodad
            for a in {Via4(Broken)} {Via6(Broken)}; do
                ip neighbour replace $a lladdr 02:00:00:00:{Broken + 1:x2}:02 dev {link} nud permanent
            done
            """);
        Assert.Equal("", balancer.Nfqlb("target-set", "--shm=web", "--name=t1").MustSucceed().Output);
        Assert.DoesNotContain("no route", balancer.Nfqlb("target-list").MustSucceed().Stdout);
        Arrivals again = Send(testbed, flowlb, injection, () => { });
        Assert.Equal(Packets, again.Total);
        Check(again, homes);
    }

    /// <summary>Whoever replaces a target on a bad day has some other link that is down.</summary>
    private static void CheckThatOthersCanBeChanged(Balancer balancer)
    {
        CommandResult set = balancer.Nfqlb("target-set", "--shm=web", "--name=new", "--mark=200", $"--via={Via4(2)}");
        Assert.Contains(
            $"Target [web/t{Broken}] waits for its link: ipv4 route default via {Via4(Broken)}",
            set.MustSucceed().Stderr);
        balancer.Nfqlb("target-delete", "--shm=web", "--name=new").MustSucceed();
        string export = balancer.Nfqlb("export").MustSucceed().Stdout;
        Assert.Contains(Via4(Broken), export);
    }

    private static string Via4(int target) => $"192.0.2.{4 * (target + 1) + 2}";

    private static string Via6(int target) => $"2001:db8:{target + 1:x}::2";

    private static void Check(Arrivals arrivals, int[] homes)
    {
        foreach ((int target, TargetArrivals seen) in arrivals.ByTarget.Index())
        {
            Assert.All(seen.PacketsByFlow.Keys, flow => Assert.Equal(homes[flow], target));
            if (target != Broken)
            {
                int wanted = homes.Count(home => home == target) * Packets / FlowCount;
                Assert.Equal(wanted, seen.PacketsByFlow.Values.Sum());
            }
        }
    }

    private static Arrivals Send(Testbed testbed, BackgroundProcess flowlb, Injection injection, Action meanwhile)
    {
        BackgroundProcess client = testbed.Client.Start(
            Executables.Traffic, "capture", $"--dev={Testbed.Uplink}").WaitForOutput("ready\n");
        TargetCaptures captures = TargetCaptures.Start(testbed);
        BackgroundProcess sender = injection.StartSending(testbed.Client, Packets, PacketsPerSecond);
        meanwhile();
        Injection.CheckSummary(sender.WaitForEnd(), Packets);
        Eventually.True(() => Balancer.Queues(flowlb).All(queue => queue.Waiting == 0), "a verdict for every packet");
        Arrivals arrivals = captures.Stop();
        string returned = client.Stop().MustSucceed().Stdout;
        Assert.Equal(2, returned.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length); // no flow came back
        return arrivals;
    }
}
