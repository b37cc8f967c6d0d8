using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>What no document and no control command made is somebody else's: it stays as it is.</summary>
[BesideOthers]
public sealed class ForeignTests(ControlHost control) : IClassFixture<ControlHost>
{
    private const string Unreachable = "10.99.0.3";

    private static WantedFile File { get; } = new()
    {
        Vips = ["203.0.113.1/32"],
        Pools = [new("web", 997, 10, [new(0, 101, ControlHost.Via4(1, 1)), new(1, 102, ControlHost.Via4(1, 2))])],
        Flows = ["{name: http, target: web, protocols: [tcp], dports: [80]}"],
    };

    [KernelFact]
    public void A_document_that_is_refused_leaves_flows_and_pools_that_were_made_by_hand()
    {
        BeginWithFlowByHand();
        KernelState before = control.State();
        string flows = control.Nfqlb("flow-list").MustSucceed().Stdout;

        CommandResult refused = control.Apply($"{File}".Replace(ControlHost.Via4(1, 2), Unreachable));

        Complaint.Check(refused, "wanted.yaml:", "pools[0].targets[1].via", Unreachable);
        Assert.Equal(flows, control.Nfqlb("flow-list").MustSucceed().Stdout);
        control.Pool("hand").Check(new PoolModel(101, 4).Activate(5, 6));
        control.State().Essence.MustBe(before.Essence);
    }

    [KernelFact]
    public void They_stay_beside_what_a_document_asks_for_and_when_that_is_reset()
    {
        BeginWithFlowByHand();

        control.Apply($"{File}").MustSucceed();
        Assert.Equal("[\n  \"mine\",\n  \"http\"\n]\n", control.Nfqlb("flow-list-names").MustSucceed().Stdout);
        Assert.Contains("flow mine to pool hand was set by somebody else", control.Nfqlb("status").Stdout);
        control.Nfqlb("reset", "--all").MustSucceed();

        Assert.Equal("[\n  \"mine\"\n]\n", control.Nfqlb("flow-list-names").MustSucceed().Stdout);
        control.Pool("hand").Check(new PoolModel(101, 4).Activate(5, 6));
        control.Nfqlb("reset", "--all", "--foreign").MustSucceed();
        Assert.Equal("[]\n", control.Nfqlb("flow-list-names").MustSucceed().Stdout);
        Assert.DoesNotContain("hand", control.State().Files);
    }

    [KernelFact]
    public void One_in_the_way_is_refused_unless_it_is_taken_over()
    {
        BeginWithFlowByHand();
        string text = $"{File with { Flows = ["{name: mine, target: web, protocols: [tcp], dports: [443]}"] }}";

        Complaint.Check(control.Apply(text), "mine", "--adopt");
        control.Apply(text, "--adopt").MustSucceed();

        Assert.Contains("443", control.Nfqlb("flow-list").MustSucceed().Stdout);
    }

    [KernelFact]
    public void A_flow_that_comes_before_another_is_asked_first()
    {
        Begin();
        const string narrow = "{name: narrow, target: web, protocols: [tcp], dports: [80]}";
        const string wide = "{name: wide, target: web, protocols: [tcp]}";
        control.Apply($"{File with { Flows = [wide] }}").MustSucceed();

        control.Apply($"{File with { Flows = [narrow, wide] }}").MustSucceed();

        Assert.Equal("[\n  \"narrow\",\n  \"wide\"\n]\n", control.Nfqlb("flow-list-names").MustSucceed().Stdout);
        control.Apply($"{File with { Flows = [wide, narrow] }}").MustSucceed();
        Assert.Equal("[\n  \"wide\",\n  \"narrow\"\n]\n", control.Nfqlb("flow-list-names").MustSucceed().Stdout);
        Assert.Equal("Nothing to do\n", control.Apply($"{File with { Flows = [wide, narrow] }}").MustSucceed().Stdout);
    }

    [KernelFact]
    public void A_route_to_one_host_in_the_table_of_a_target_is_not_its_way()
    {
        Begin();
        string route = $"203.0.113.10 via {ControlHost.Via4(1, 1)}";
        control.Host.Shell($"ip -4 route add {route} table 101");

        control.Apply($"{File}").MustSucceed();

        Assert.Contains(
            control.State().RoutesOf(101), line => line.StartsWith($"default via {ControlHost.Via4(1, 1)} "));
        control.Host.Shell($"ip -4 route del default via {ControlHost.Via4(1, 1)} table 101");
        Assert.Contains("no route", control.Nfqlb("target-list").MustSucceed().Stdout);
        control.Nfqlb("reset", "--all").MustSucceed();
        Assert.Contains(control.State().RoutesOf(101), line => line.StartsWith(route));
        control.Host.Shell("ip -4 route flush table 101");
    }

    [KernelFact]
    public void An_export_keeps_targets_that_others_lead_packets_to()
    {
        Begin();
        control.Balancer.CreatePool("web", 997, 10, 0x1101, 0x1201, 103, 104);
        control.Nfqlb("flow-set", "--name=http", "--target=web").MustSucceed();
        control.Host.Shell($"""
            ip -4 rule add fwmark 0x1100/0x1f00 table 300
            ip -4 rule add fwmark 0x1200/0x1f00 table 300
            ip -4 route add default via {ControlHost.Via4(1, 1)} table 300
            ip -4 rule add fwmark 103 table 103
            ip -4 route add default table 103 nexthop via {ControlHost.Via4(1, 1)} nexthop via {ControlHost.Via4(2, 1)}
            ip -6 rule add fwmark 104 table 104
            ip -6 route add default via fe80::99 dev left table 104
            """);
        string export = control.Nfqlb("export").MustSucceed().Stdout;

        control.Apply(export).MustSucceed();

        Assert.Contains("via: none", export);
        Assert.Contains("dev: left", export);
        control.Pool("web").Check(new PoolModel(997, 10).Activate(0x1101, 0x1201, 103, 104));
        Assert.Equal("Nothing to do\n", control.Apply(export).MustSucceed().Stdout);
        control.Nfqlb("reset", "--all").MustSucceed();
        control.Host.Shell("""
            ip -4 rule del fwmark 0x1100/0x1f00; ip -4 rule del fwmark 0x1200/0x1f00; ip -4 rule del fwmark 103
            ip -6 rule del fwmark 104; ip -6 route flush table 104
            for t in 300 103; do ip -4 route flush table $t; done
            """);
    }

    [KernelFact]
    public void A_dry_run_tells_what_the_kernel_would_refuse()
    {
        Begin();
        string text = $"{File}".Replace(ControlHost.Via4(1, 2), Unreachable);

        Complaint.Check(control.Apply(text, "--dry-run"), "wanted.yaml:", "pools[0].targets[1].via", Unreachable);
    }

    [KernelTheory]
    [InlineData("0.0.0.0/0")]
    [InlineData("127.0.0.1/32")]
    [InlineData("::/0")]
    [InlineData("10.1.0.1/32")]
    [InlineData("10.1.0.0/16")]
    public void An_address_of_the_host_itself_is_no_virtual_one(string vip)
    {
        Begin();
        KernelState before = control.State();

        Complaint.Check(control.Nfqlb("vip-set", $"--vips={vip}", "--egress-table=4096"), vip);
        Complaint.Check(control.Apply($"{File with { Vips = [vip] }}"), vip);

        control.State().Essence.MustBe(before.Essence);
    }

    [KernelFact]
    public void A_writer_that_stalls_keeps_nobody_waiting()
    {
        Begin();
        BackgroundProcess stalled = control.Host.Start(
            "sh", "-c",
            $"while [ ! -e /dev/shm/enough ]; do sleep 0.1; done | {Executables.Nfqlb} apply -f -");

        CommandResult other = control.Host.Run(
            "timeout", "10", Executables.Nfqlb, "apply", "-f", control.WriteFile("wanted.yaml", $"{File}"));

        other.MustSucceed();
        Assert.False(stalled.HasEnded);
        control.Host.Shell("touch /dev/shm/enough");
        Assert.Equal(1, stalled.WaitForEnd().ExitCode); // nothing is no document
        control.Host.Shell("rm /dev/shm/enough");
    }

    [KernelFact]
    public void What_one_network_namespace_asked_for_is_refused_in_another()
    {
        Begin();
        control.Apply($"{File}").MustSucceed();

        CommandResult other = control.Host.Run("unshare", "--net", Executables.Nfqlb, "reset", "--all");

        Complaint.Check(other, "another network namespace", "NFQLB_WANTED");
        Assert.Contains("web", control.State().Files);
    }

    /// <summary>As on a host with a routing daemon, where somebody and a script set targets.</summary>
    [KernelFact]
    public void Commands_at_the_same_time_work_while_fifty_thousand_routes_change()
    {
        const int Rounds = 5;
        Begin();
        control.Host.Shell("""
            i=0; while [ $i -lt 50000 ]; do
                echo "route add 20.$((i / 256)).$((i % 256)).0/24 via 10.1.7.7 proto bgp"; i=$((i + 1))
            done | ip -4 -batch -
            """);
        string foreign = ForeignRoutes();
        BackgroundProcess daemon = control.Host.Start("sh", "-c", """
            while [ ! -e /dev/shm/quiet ]; do
                echo "route add 21.0.0.0/24 via 10.1.7.7 proto bgp"; echo "route del 21.0.0.0/24"; sleep 0.003
            done | ip -4 -batch -
            """);
        try
        {
            control.Apply($"{File}").MustSucceed();
            for (int i = 0; i < Rounds; i++)
            {
                BackgroundProcess[] commands =
                [
                    Start("target-set", "--shm=web", $"--name=n{i}", $"--mark={200 + i}",
                        $"--via={ControlHost.Via4(2, i)}"),
                    Start("vip-set", $"--vips=203.0.113.{20 + i}", "--egress-table=4096"),
                    Start("target-list"),
                    Start("export"),
                ];
                CommandResult[] results = [.. commands.Select(command => command.WaitForEnd().MustSucceed())];
                Assert.DoesNotContain("no route", results[2].Stdout);
                Assert.Contains("mark: 101", results[3].Stdout);
            }
            string export = control.Nfqlb("export").MustSucceed().Stdout;
            Assert.All(Enumerable.Range(0, Rounds), i => Assert.Contains($"mark: {200 + i}", export));
            Assert.All(Enumerable.Range(0, Rounds), i => Assert.Contains($"203.0.113.{20 + i}/32", export));
        }
        finally
        {
            control.Host.Shell("touch /dev/shm/quiet");
            daemon.WaitForEnd();
            control.Host.Shell("rm /dev/shm/quiet");
        }
        control.Apply($"{File}").MustSucceed();
        Assert.Equal(foreign, ForeignRoutes());
        control.Host.Shell("ip -4 route flush proto bgp");
    }

    private BackgroundProcess Start(params string[] words) => control.Host.Start([Executables.Nfqlb, .. words]);

    private string ForeignRoutes() =>
        control.Host.Shell("ip -4 route show proto bgp | grep -v ^21 | sha256sum").Stdout;

    private void Begin()
    {
        control.StartFlowlb();
        control.Begin();
    }

    private void BeginWithFlowByHand()
    {
        Begin();
        control.Balancer.CreatePool("hand", 101, 4, 5, 6);
        control.Nfqlb("flow-set", "--name=mine", "--target=hand").MustSucceed();
    }
}
