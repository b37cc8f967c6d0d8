using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>A host hands large TCP segments to its link in one piece; as such they go through the balancer.</summary>
public sealed class SuperPacketTests(ITestOutputHelper output)
{
    private const int Bytes = 20_000_000, SegmentBytes = 1448, Port = 8080;

    [KernelFact]
    public void A_large_upload_completes_and_is_queued_in_far_fewer_packets_than_it_has_segments() =>
        UndisturbedTestbed.Run(2, output, testbed =>
        {
            testbed.LetTargetsAnswer();
            testbed.Balancer.CreatePool("lb-1", 997, 10, testbed.Marks);
            BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues);
            testbed.Balancer.Nfqlb("flow-set", "--name=web", "--target=lb-1", "--protocols=tcp", $"--dports={Port}")
                .MustSucceed();
            foreach (Target target in testbed.Targets)
            {
                target.Host.Start(Executables.Traffic, "serve", $"--name={target.Mark}", $"--port={Port}")
                    .WaitForOutput("ready\n");
            }

            foreach (bool isIPv6 in Tuples.Families)
            {
                long before = SuperPackets(testbed);
                long queued = Upload(testbed, flowlb, isIPv6);
                Assert.InRange(queued, 1, Bytes / SegmentBytes / 4);
                // The end and what TCP says about it go alone.
                Assert.InRange(SuperPackets(testbed) - before, queued / 2, queued - 3);
            }
            long all = SuperPackets(testbed);
            // The same with segments that leave one by one: the count can tell.
            testbed.Client.Shell($"ip link set {Testbed.Uplink} gso_max_segs 1");
            Assert.InRange(Upload(testbed, flowlb, isIPv6: false), Bytes / SegmentBytes, long.MaxValue);
            Assert.Equal(all, SuperPackets(testbed));
        });

    private static long SuperPackets(Testbed testbed) => testbed.Balancer.Counters().GetProperty("queues")
        .EnumerateArray().Sum(queue => queue.GetProperty("gso_packets").GetInt64());

    private long Upload(Testbed testbed, BackgroundProcess flowlb, bool isIPv6)
    {
        long before = Balancer.Queues(flowlb).Sum(queue => queue.Queued);
        testbed.Client.Run(Executables.Traffic, "transfer", $"--to={Tuples.VirtualAddress(isIPv6)}", $"--port={Port}",
            $"--put={Bytes}").MustSucceed();
        long queued = Balancer.Queues(flowlb).Sum(queue => queue.Queued) - before;
        output.WriteLine($"{Bytes / SegmentBytes} segments in {queued} packets");
        Assert.Equal(0, Balancer.Queues(flowlb).Sum(queue => queue.Dropped));
        return queued;
    }
}
