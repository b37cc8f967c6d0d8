using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>Series are named as people name things, and there are not more of them than one asked for.</summary>
[BesideOthers]
public sealed class SeriesTests
{
    private const int Flows = 5, Most = 3;

    [KernelFact]
    public void Targets_have_their_names_and_flows_beyond_the_bound_are_counted()
    {
        using var sandbox = new Sandbox();
        sandbox.First.Shell("""
            ip link add net0 type veth peer name net1
            ip address add 192.0.2.254/24 dev net0
            ip link set net1 up
            ip link set net0 up
            """);
        var balancer = new Balancer(sandbox.First);
        balancer.CreatePool("web", 997, 10, 101);
        balancer.Nfqlb("target-set", "--shm=web", "--name=red", "--mark=102", "--via=192.0.2.2").MustSucceed();
        balancer.Nfqlb(
            "init", "--shm=keyed", "--M=997", "--N=10", "--identity=name", $"--seed={new string('a', 32)}")
            .MustSucceed();
        balancer.Nfqlb("activate", "--shm=keyed", "--name=gold", "103").MustSucceed();
        balancer.StartFlowlb("0:1", $"--http={WatchedFlowlb.Address}", $"--metrics-flows={Most}");
        for (int i = 0; i < Flows; i++)
        {
            balancer.Nfqlb(
                "flow-set", $"--name=f{i}", $"--prio={Flows - i}", $"--target={(i % 2 == 0 ? "web" : "keyed")}")
                .MustSucceed();
        }
        MetricsText Read() => new(HttpView.Get(sandbox.PathInSharedMemory("http"), "/metrics"));
        HttpView.WaitUntilReady(sandbox.PathInSharedMemory("http"));
        Eventually.True(() => Read()["nfqlb_flows"] == Flows, "a page with all flows");

        MetricsText metrics = Read();
        Assert.Equal(0, metrics["nfqlb_target_packets_total{pool=\"web\",target=\"\",slot=\"0\",mark=\"101\"}"]);
        Assert.Equal(0, metrics["nfqlb_target_packets_total{pool=\"web\",target=\"red\",slot=\"1\",mark=\"102\"}"]);
        Assert.Equal(0, metrics["nfqlb_target_bytes_total{pool=\"keyed\",target=\"gold\",slot=\"0\",mark=\"103\"}"]);
        Assert.Equal(Flows - Most, metrics["nfqlb_flows_without_series"]);
        for (int i = 0; i < Most; i++)
        {
            string pool = i % 2 == 0 ? "web" : "keyed";
            Assert.Equal(0, metrics[$"nfqlb_flow_packets_total{{flow=\"f{i}\",pool=\"{pool}\"}}"]);
        }
        Assert.DoesNotContain("flow=\"f3\"", HttpView.Get(sandbox.PathInSharedMemory("http"), "/metrics"));

        balancer.Nfqlb("target-delete", "--shm=web", "--name=red").MustSucceed();
        Eventually.True(
            () => !HttpView.Get(sandbox.PathInSharedMemory("http"), "/metrics").Contains("target=\"red\""),
            "a page without red");
    }
}
