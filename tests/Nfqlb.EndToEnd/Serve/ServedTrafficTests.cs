using Nfqlb.EndToEnd.ControlPlane;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Serve;

/// <summary>From a file to balanced packets; none is lost while the file changes, and while one takes over.</summary>
public sealed class ServedTrafficTests(ITestOutputHelper output)
{
    private const int TargetCount = 3, Packets = 80_000, PacketsPerSecond = 10_000;

    [KernelFact]
    public void No_packet_is_lost_while_files_and_processes_change() => UndisturbedTestbed.Run(
        () => new Testbed(TargetCount, isRouted: false), output, testbed =>
        {
            string path = testbed.PathInSharedMemory("lb.yaml");
            void Write(params int[] targets)
            {
                File.WriteAllText(path + ".tmp", $"{Asking(targets)}");
                File.Move(path + ".tmp", path, overwrite: true);
            }
            BackgroundProcess Serve(params string[] options) => testbed.Balancer.Host.Start(
                [Executables.Nfqlb, "serve", "--config=/dev/shm/lb.yaml", RuleSet.LongQueues, .. options]);

            Write(0, 1);
            BackgroundProcess serve = Serve().WaitForOutput(ServedHost.Started);
            TargetCaptures captures = TargetCaptures.Start(testbed);
            BackgroundProcess sender = new Injection("both", "1-65535", 1000)
                .StartSending(testbed.Client, Packets, PacketsPerSecond);
            int turns = 0;
            for (; !sender.HasEnded; turns++)
            {
                int[][] sets = [[1, 2], [0, 1, 2], [0, 2], [0, 1]];
                Write(sets[turns % sets.Length]);
                Thread.Sleep(400);
                if (turns == 4)
                {
                    BackgroundProcess next = Serve("--takeover");
                    CommandResult end = serve.WaitForEnd();
                    Assert.Equal((0, ""), (end.ExitCode, end.Complaints));
                    serve = next;
                }
            }
            Injection.CheckSummary(sender.WaitForEnd(), Packets);
            Eventually.True(
                () => Balancer.Queues(serve).All(queue => queue.Waiting == 0), "a verdict for every packet");
            Arrivals arrivals = captures.Stop();

            output.WriteLine($"{turns} turns, {arrivals.Total} of {Packets} arrived\n{serve.Stderr}");
            Assert.Equal(Packets, arrivals.Total);
            Assert.All(arrivals.ByTarget, target => Assert.NotEmpty(target.PacketsByFlow));
            Assert.True(turns > 5, $"only {turns} turns");
        });

    private static WantedFile Asking(int[] targets) => new()
    {
        Vips = [.. Testbed.VirtualAddresses.Select(vip => vip + (Testbed.IsIPv6(vip) ? "/128" : "/32"))],
        Pools =
        [
            new("web", 997, 10, [.. targets.Select(target => new WantedTarget(
                target, 101 + target, $"192.0.2.{4 * (target + 1) + 2},2001:db8:{target + 1:x}::2"))]),
        ],
        Flows = ["{name: all, target: web}"],
    };
}
