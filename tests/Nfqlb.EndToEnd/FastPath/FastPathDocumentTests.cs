using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Nfqlb.EndToEnd.Watching;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.FastPath;

/// <summary>A document says where the kernel decides: `serve` does so, `apply` and `status` tell where nobody does.
/// </summary>
[BesideOthers]
public sealed class FastPathDocumentTests(ITestOutputHelper output)
{
    [KernelFact]
    public void Serve_does_what_the_document_asks_for_and_apply_tells_that_flowlb_does_not() =>
        UndisturbedTestbed.Run(2, output, testbed =>
        {
            Balancer balancer = testbed.Balancer;
            balancer.Host.Shell("iptables -t mangle -F PREROUTING; ip6tables -t mangle -F PREROUTING");
            Write(testbed, "fast_path: {links: [client, later], exit: redirect}");
            BackgroundProcess flowlb = balancer.StartFlowlb("0:3");
            CommandResult applied = balancer.Nfqlb("apply", "-f", "/dev/shm/lb.yaml").MustSucceed();
            Assert.Contains("fast_path: `nfqlb serve` brings it about", applied.Stderr);
            const string otherwise = "asked for at client, later, exit redirect, and the balancer was started other";
            Assert.Contains(otherwise, StatusOf(balancer));
            Assert.Contains("exit: redirect", balancer.Nfqlb("export").MustSucceed().Stdout);
            flowlb.Stop().MustSucceed();

            BackgroundProcess serve = balancer.Host.Start(
                Executables.Nfqlb, "serve", "--config=/dev/shm/lb.yaml", "--http=unix:/dev/shm/http");
            Balancer.WaitUntilReady(serve, "0:3");
            FastBed.Send(testbed, 100);
            string status = StatusOf(balancer);
            Assert.Contains("on at client, straight to the links of targets", status);
            Assert.Contains("not at later: there is no such link", status);
            Assert.DoesNotContain(otherwise, status);
            Assert.Equal("", balancer.Nfqlb("apply", "-f", "/dev/shm/lb.yaml").MustSucceed().Stderr);
            Assert.Equal(100, Balanced(balancer));

            // Nothing is lost or counted twice where it goes, comes back, and leaves the other way.
            Write(testbed, "");
            Eventually.True(() => ExitOf(balancer) is null, "it is off");
            Assert.Contains("ok    fast-path  off", StatusOf(balancer));
            Assert.Equal(100, Balanced(balancer));
            Write(testbed, "fast_path: {links: [client]}");
            Eventually.True(() => ExitOf(balancer) == "route", "it is asked for again");
            FastBed.Send(testbed, 100);
            Assert.Equal(200, Balanced(balancer));
            Assert.Equal(100, FastBed.Packets(testbed, "decided"));
            Assert.Equal(0, FastBed.Packets(testbed, "redirected"));
            string events = balancer.Nfqlb("events").MustSucceed().Stdout;
            Assert.Contains("fast path is off", events);
            Assert.Contains("nothing to do on the host; fast_path off", events);
            Assert.Contains("fast path is another links client exit route", events);
            var metrics = new MetricsText(HttpView.Get(testbed.PathInSharedMemory("http"), "/metrics"));
            Assert.Equal(100, metrics.Sum("nfqlb_fast_path_packets_total", "outcome=\"decided\""));
            Assert.Equal(200, metrics.Sum("nfqlb_balanced_packets_total"));
            Assert.Equal(200, metrics.Sum("nfqlb_target_packets_total"));
        });

    private static void Write(Testbed testbed, string fastPath)
    {
        string path = testbed.PathInSharedMemory("lb.yaml");
        File.WriteAllLines($"{path}.new",
        [
            $"vips: [{string.Join(", ", Testbed.VirtualAddresses.Select(address => $"\"{address}\""))}]",
            fastPath,
            "pools:",
            $"- {{name: web, N: 4, targets: [{string.Join(", ", testbed.Marks.Select(Target))}]}}",
            "flows: [{name: all, target: web}]",
        ]);
        File.Move($"{path}.new", path, overwrite: true);
    }

    private static string StatusOf(Balancer balancer) => balancer.Nfqlb("status").Stdout;

    /// <summary>How decided packets go on; null where there is no fast path.</summary>
    private static string? ExitOf(Balancer balancer) =>
        balancer.Counters().TryGetProperty("fast_path", out JsonElement fastPath)
            ? fastPath.GetProperty("exit").GetString()
            : null;

    private static long Balanced(Balancer balancer) => balancer.Counters().GetProperty("balanced").GetInt64();

    private static string Target(int mark) => $"{{mark: {mark}, via: none}}";
}
