using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
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
            File.WriteAllLines(testbed.PathInSharedMemory("lb.yaml"),
            [
                $"vips: [{string.Join(", ", Testbed.VirtualAddresses.Select(address => $"\"{address}\""))}]",
                "fast_path: {links: [client, later], exit: redirect}",
                "pools:",
                $"- {{name: web, N: 4, targets: [{string.Join(", ", testbed.Marks.Select(Target))}]}}",
                "flows: [{name: all, target: web}]",
            ]);
            BackgroundProcess flowlb = balancer.StartFlowlb("0:3");
            CommandResult applied = balancer.Nfqlb("apply", "-f", "/dev/shm/lb.yaml").MustSucceed();
            Assert.Contains("fast_path: `nfqlb serve` reads it when it starts", applied.Stderr);
            const string otherwise = "asked for at client, later, exit redirect, and the balancer was started other";
            Assert.Contains(otherwise, balancer.Nfqlb("status").Stdout);
            Assert.Contains("exit: redirect", balancer.Nfqlb("export").MustSucceed().Stdout);
            flowlb.Stop().MustSucceed();

            BackgroundProcess serve = balancer.Host.Start(Executables.Nfqlb, "serve", "--config=/dev/shm/lb.yaml");
            Balancer.WaitUntilReady(serve, "0:3");
            FastBed.Send(testbed, 100);
            string status = balancer.Nfqlb("status").Stdout;
            Assert.Contains("on at client, straight to the links of targets", status);
            Assert.Contains("not at later: there is no such link", status);
            Assert.DoesNotContain(otherwise, status);
            Assert.Equal("", balancer.Nfqlb("apply", "-f", "/dev/shm/lb.yaml").MustSucceed().Stderr);
        });

    private static string Target(int mark) => $"{{mark: {mark}, via: none}}";
}
