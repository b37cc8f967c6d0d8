using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>examples/frontend/frontend.yaml as it stands, with real packets.</summary>
[BesideOthers]
public sealed class FrontendTests(ITestOutputHelper output)
{
    private const string NothingToDo = "Nothing to do\n";
    private const int FlowCount = 400, PacketsPerFlow = 3, PacketsPerSecond = 5_000;

    private static readonly string Example =
        Path.Combine(Executables.RepositoryRoot, "examples", "frontend", "frontend.yaml");

    private static PoolModel Web =>
        new PoolModel(3191, 32).ActivateAt(0, 5000).ActivateAt(1, 5001).ActivateAt(2, 5002).ActivateAt(3, 5003);

    private static PoolModel Dns => new PoolModel(3191, 32).ActivateAt(0, 5100).ActivateAt(1, 5002);

    [KernelFact]
    public void Packets_of_each_flow_reach_the_targets_of_its_pool() => Undisturbed.Run(output, () =>
    {
        using var bed = new FrontendBed();
        BackgroundProcess flowlb = bed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues);
        bed.Balancer.Nfqlb("apply", "-f", Example).MustSucceed();

        Send(bed, flowlb, "tcp", "80", vip: 10, Web);
        Send(bed, flowlb, "tcp", "443", vip: 10, Web);
        Send(bed, flowlb, "tcp", "8000-8080", vip: 10, Web);
        Send(bed, flowlb, "udp", "443", vip: 10, Web);
        Send(bed, flowlb, "both", "53", vip: 11, Dns);
        Send(bed, flowlb, "udp", "80", vip: 10, pool: null);
        Send(bed, flowlb, "tcp", "443", vip: 11, pool: null);
        Send(bed, flowlb, "both", "53", vip: 10, pool: null);
    });

    [KernelFact]
    public void Packets_from_virtual_addresses_leave_by_the_egress_table_or_not_at_all() =>
        Undisturbed.Run(output, CheckEgress);

    private static void CheckEgress()
    {
        using var bed = new FrontendBed();
        bed.Balancer.StartFlowlb("0:3");
        bed.Balancer.Nfqlb("apply", "-f", Example).MustSucceed();
        NetworkNamespace target = bed.Targets[2].Host;

        // The main table has a way to the client, and this must not be it.
        Assert.Equal((0, 0), Answer(bed, target, "203.0.113.11", "2001:db8:100::11"));

        bed.Balancer.Host.Shell($"""
            ip route add default via {FrontendBed.Router4} table 4096
            ip route add default via {FrontendBed.Router6} table 4096
            """);
        Assert.Equal((0, FlowCount), Answer(bed, target, "203.0.113.10", "2001:db8:100::10"));
        Assert.Equal((0, FlowCount), Answer(bed, target, "203.0.113.11", "2001:db8:100::11"));

        // Other addresses go as ever.
        Assert.Equal((FlowCount, 0), Answer(bed, target, "203.0.113.12", "2001:db8:100::12"));
        Assert.DoesNotContain("bad ", bed.Balancer.Nfqlb("status").MustSucceed().Stdout);
    }

    [KernelFact]
    public void It_is_applied_exported_and_taken_away()
    {
        using var bed = new FrontendBed();
        bed.Balancer.StartFlowlb("0:3");
        KernelState before = KernelState.Read(bed.Balancer.Host);
        string done = bed.Balancer.Nfqlb("apply", "-f", Example, "--dry-run").MustSucceed().Stdout
            .Replace("Would make", "Made");

        Assert.Equal(done, bed.Balancer.Nfqlb("apply", "-f", Example).MustSucceed().Stdout);
        Assert.Equal(NothingToDo, bed.Balancer.Nfqlb("apply", "-f", Example).MustSucceed().Stdout);
        string essence = KernelState.Read(bed.Balancer.Host).Essence;

        foreach (string[] options in (string[][])[[], ["--json"]])
        {
            string export = bed.Balancer.Nfqlb(["export", .. options]).MustSucceed().Stdout;
            Assert.Equal(NothingToDo, Apply(bed, export).Stdout);
            bed.Balancer.Nfqlb("reset", "--all").MustSucceed();
            KernelState.Read(bed.Balancer.Host).MustBe(before);
            Assert.Equal("[]\n", bed.Balancer.Nfqlb("flow-list").MustSucceed().Stdout);

            // An export has flows in the order in which they are asked.
            Assert.Equal(done.Split('\n').Order(), Apply(bed, export).Stdout.Split('\n').Order());
            Assert.Equal(NothingToDo, bed.Balancer.Nfqlb("apply", "-f", Example).MustSucceed().Stdout);
            KernelState.Read(bed.Balancer.Host).Essence.MustBe(essence);
            Assert.Equal(export, bed.Balancer.Nfqlb(["export", .. options]).MustSucceed().Stdout);
        }
        bed.Balancer.Nfqlb("reset", "--all").MustSucceed();
        KernelState.Read(bed.Balancer.Host).MustBe(before);
        Assert.DoesNotContain("nfqlb-wanted", bed.Balancer.Host.Shell("ls /dev/shm").Stdout);
    }

    private static CommandResult Apply(FrontendBed bed, string document) => bed.Balancer.Host.Shell($"""
        cat > /tmp/nfqlb-exported-$$ <<'END'
        {document}
        END
        trap 'rm /tmp/nfqlb-exported-$$' EXIT
        {Executables.Nfqlb} apply -f /tmp/nfqlb-exported-$$
        """);

    /// <summary>Sends packets to a virtual address of each family; fails unless each arrives where the pool says.
    /// </summary>
    private void Send(
        FrontendBed bed, BackgroundProcess flowlb, string protocols, string ports, int vip, PoolModel? pool)
    {
        var injection = new Injection(protocols, ports, FlowCount)
        {
            Destination4 = $"203.0.113.{vip}",
            Destination6 = $"2001:db8:100::{vip}",
        };
        IReadOnlyList<PacketTuple> flows = injection.ListFlows(bed.Client);
        long before = Balancer.Queues(flowlb).Sum(queue => queue.Queued);
        TargetCaptures captures = TargetCaptures.Start(bed.Targets);
        injection.Send(bed.Client, FlowCount * PacketsPerFlow, PacketsPerSecond);
        flowlb.WaitUntil(
            () => Balancer.Queues(flowlb).Sum(queue => queue.Queued) >= before + FlowCount * PacketsPerFlow
                && Balancer.Queues(flowlb).All(queue => queue.Waiting == 0),
            "all packets decided");
        Arrivals arrivals = captures.Stop();
        output.WriteLine($"{protocols} {ports} to {vip}: "
            + string.Join(", ", arrivals.ByTarget.Select(target => target.PacketsByFlow.Values.Sum())));
        foreach ((Target target, TargetArrivals seen) in bed.Targets.Zip(arrivals.ByTarget))
        {
            var wanted = flows.Index()
                .Where(flow => pool?.MarkFor(FlowHash.Of(flow.Item, HashMode.SctpPortsOnly)) == target.Mark)
                .ToDictionary(flow => flow.Index, _ => PacketsPerFlow);
            Assert.Equal(wanted, seen.PacketsByFlow.ToDictionary());
        }
    }

    /// <summary>Packets from these addresses to the client's net: how many come there, and how many to the router.
    /// </summary>
    private static (int AtClient, int AtRouter) Answer(
        FrontendBed bed, NetworkNamespace target, string from4, string from6)
    {
        TargetCaptures captures = TargetCaptures.Start([new Target(bed.Client, 0), new Target(bed.Router, 0)]);
        Injection.CheckSummary(
            target.Run(Executables.Traffic, "inject", "--family=both", "--dst=198.18.0.9", "--dst6=2001:2::9",
                $"--src={from4}/32", $"--src6={from6}/128", "--proto=udp", "--dport=9", $"--flows={FlowCount}",
                $"--count={FlowCount}", $"--rate={PacketsPerSecond}"),
            FlowCount);
        TargetArrivals[] arrivals = [.. captures.Stop().ByTarget];
        return (arrivals[0].PacketsByFlow.Values.Sum(), arrivals[1].PacketsByFlow.Values.Sum());
    }
}
