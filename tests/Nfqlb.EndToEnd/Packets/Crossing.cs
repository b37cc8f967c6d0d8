using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Wire;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Packets that a test has made go from the client through a balancer to the targets.</summary>
internal sealed class Crossing(Testbed testbed, BackgroundProcess balancing, BalancerModel model)
{
    private const string File = "packets-to-send";

    public Testbed Testbed { get; } = testbed;

    /// <summary>The running balancer.</summary>
    public BackgroundProcess Process { get; } = balancing;

    public BalancerModel Model { get; } = model;

    /// <summary>Sends the packets in their order; fails unless each arrives where it should and nowhere else.</summary>
    /// <param name="returning">
    /// How many of them the balancer keeps for a while and then puts back into its queue; null to believe its count.
    /// </param>
    public void Check(IReadOnlyList<PredictedPacket> packets, int? returning = 0) =>
        PredictedPacket.Check(packets, Send([.. packets.Select(packet => packet.Bytes)], returning));

    /// <summary>Sends the packets in their order. By the targets' marks, what has arrived there.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<byte[]>> Send(IReadOnlyList<byte[]> packets, int? returning = 0)
    {
        long before = QueuedSoFar(), storedBefore = StoredSoFar(returning);
        using WholeCaptures captures = WholeCaptures.Start(Testbed.Targets, Testbed.PathInSharedMemory);
        StartSending(packets).WaitForEnd().MustSucceed();
        Process.WaitUntil(() => QueuedSoFar() >= before + packets.Count, "all packets queued");
        long Wanted() => before + packets.Count + (returning ?? StoredSoFar(returning) - storedBefore);
        WaitForVerdicts(Wanted);
        IReadOnlyDictionary<int, IReadOnlyList<byte[]>> arrivals = captures.Stop();
        Assert.Equal(Wanted(), QueuedSoFar());
        return arrivals;
    }

    /// <summary>The same beside other work, without looking at what arrives.</summary>
    /// <param name="packets">In their order.</param>
    /// <param name="packetsPerSecond">Null for as fast as they go.</param>
    /// <param name="file">Another one for each that sends at the same time.</param>
    public BackgroundProcess StartSending(
        IReadOnlyList<byte[]> packets, int? packetsPerSecond = null, string file = File)
    {
        PcapFile.Write(Testbed.PathInSharedMemory(file), packets);
        string[] rate = packetsPerSecond is { } perSecond ? [$"--rate={perSecond}"] : [];
        return Testbed.Client.Start([Executables.Traffic, "replay", $"/dev/shm/{file}", $"--dev={Lab.Testbed.Uplink}",
            $"--mac={Lab.Testbed.ClientGateway}", .. rate]);
    }

    /// <summary>Packets that have reached its queues.</summary>
    public long QueuedSoFar() => Balancer.Queues(Process).Sum(queue => queue.Queued + queue.Dropped);

    /// <summary>Waits until so many packets in all have come to the queues and got a verdict.</summary>
    public void WaitForVerdicts(long packets) => WaitForVerdicts(() => packets);

    private void WaitForVerdicts(Func<long> packets)
    {
        Process.WaitUntil(() => QueuedSoFar() >= packets() && Balancer.Queues(Process).All(queue => queue.Waiting == 0),
            $"{packets()} packets queued and given a verdict");
        Assert.Equal(0, Balancer.Queues(Process).Sum(queue => queue.Dropped));
    }

    private long StoredSoFar(int? returning) =>
        returning == null ? Testbed.Balancer.Counters().GetProperty("fragments").GetProperty("stored").GetInt64() : 0;
}
